/// `GET /api/tasks/{id}`: a method and a path whose segments are literal or named parameters.
struct RoutePattern {
  enum Segment: Equatable {
    case literal(String)
    case parameter(String)
    /// Takes the rest of the path, at least one segment.
    case rest(String)
  }

  /// Why a route is none.
  struct Malformed: Error {
    var sentence: String
  }

  let method: HTTPMethod
  private(set) var segments: [Segment] = []
  /// The names of the parameters, in order.
  private(set) var parameters: [String] = []
  let text: String

  init(_ text: String) throws(Malformed) {
    self.text = text
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let method = HTTPMethod(name: String(parts[0])), method != .head, method != .options else {
      throw Malformed(sentence: "The route \"\(text)\" must be GET, POST, PUT, PATCH or DELETE, a space, and a path.")
    }
    guard parts[1].utf8.first == UInt8(ascii: "/") else {
      throw Malformed(sentence: "The path of the route \"\(text)\" must begin with /.")
    }
    self.method = method
    if parts[1] == "/" {
      segments = [.literal("")]
      return
    }
    for part in parts[1].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      if case .rest = segments.last {
        throw Malformed(sentence: "The route \"\(text)\" goes on behind a segment that takes the rest.")
      }
      segments.append(try Self.segment(String(part), of: text))
    }
    parameters = segments.compactMap {
      switch $0 {
      case .literal: nil
      case .parameter(let name), .rest(let name): name
      }
    }
    guard Set(parameters).count == parameters.count else {
      throw Malformed(sentence: "The route \"\(text)\" has a parameter twice.")
    }
  }

  private static func segment(_ part: String, of route: String) throws(Malformed) -> Segment {
    if part.hasPrefix("{"), part.hasSuffix("}"), part.utf8.count > 2 {
      let isRest = part.hasSuffix("...}")
      let name = part.dropFirst().dropLast(isRest ? 4 : 1)
      if !name.isEmpty, !name.contains(where: { $0 == "{" || $0 == "}" }) {
        return isRest ? .rest(String(name)) : .parameter(String(name))
      }
    }
    let isPlain = part.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        true
      default: false
      }
    }
    guard isPlain, !part.isEmpty, part != ".", part != ".." else {
      throw Malformed(sentence: "The segment \"\(part)\" of the route \"\(route)\" must be a plain word or {name}.")
    }
    return .literal(part)
  }
}
