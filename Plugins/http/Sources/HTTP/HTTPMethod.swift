/// The request methods that routes may use; every other valid method is `.other`.
enum HTTPMethod: UInt8, CaseIterable {
  case get, head, post, put, patch, delete, options, other

  /// The method's name as it stands in a request line.
  var name: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other: "OTHER"
    }
  }

  /// The method of that name, which a route may use.
  init?(name: String) {
    guard let found = Self.allCases.first(where: { $0 != .other && "\($0.name)" == name }) else { return nil }
    self = found
  }

  /// Whether a body means something. The body of other requests is read and ignored.
  var takesBody: Bool {
    switch self {
    case .post, .put, .patch, .delete: true
    case .get, .head, .options, .other: false
    }
  }
}
