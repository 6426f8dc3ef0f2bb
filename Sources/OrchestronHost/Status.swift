/// How an operation ended: the sixteen canonical statuses, with gRPC's numbers.
public enum Status: Int32, Sendable, CaseIterable {
  case ok = 0
  case cancelled = 1
  case invalidArgument = 3
  case deadlineExceeded = 4
  case notFound = 5
  case alreadyExists = 6
  case permissionDenied = 7
  case resourceExhausted = 8
  case failedPrecondition = 9
  case aborted = 10
  case outOfRange = 11
  case unimplemented = 12
  case `internal` = 13
  case unavailable = 14
  case dataLoss = 15
  case unauthenticated = 16

  /// The status that a plugin returned; a number that is none is read as ``internal``.
  public init(code: Int32) { self = Status(rawValue: code) ?? .internal }

  /// The name on every face: `not_found`.
  public var name: String {
    switch self {
    case .ok: "ok"
    case .cancelled: "cancelled"
    case .invalidArgument: "invalid_argument"
    case .deadlineExceeded: "deadline_exceeded"
    case .notFound: "not_found"
    case .alreadyExists: "already_exists"
    case .permissionDenied: "permission_denied"
    case .resourceExhausted: "resource_exhausted"
    case .failedPrecondition: "failed_precondition"
    case .aborted: "aborted"
    case .outOfRange: "out_of_range"
    case .unimplemented: "unimplemented"
    case .internal: "internal"
    case .unavailable: "unavailable"
    case .dataLoss: "data_loss"
    case .unauthenticated: "unauthenticated"
    }
  }

  /// The status with that name, or nil.
  public init?(name: String) {
    guard let status = Status.allCases.first(where: { $0.name == name }) else { return nil }
    self = status
  }

  /// The exit code of a command that ends so.
  public var exitCode: Int32 {
    switch self {
    case .ok: 0
    case .invalidArgument, .outOfRange: 2
    case .notFound: 3
    case .unauthenticated, .permissionDenied: 4
    case .alreadyExists, .aborted, .failedPrecondition: 5
    case .unavailable, .deadlineExceeded: 6
    case .cancelled, .resourceExhausted, .unimplemented, .internal, .dataLoss: 1
    }
  }
}

/// Why something failed: a status, a sentence for the user, and details for programs.
public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
  public var status: Status
  /// One sentence that names the thing and, where there is one, the way out.
  public var message: String
  /// A JSON object, such as `{"errors":[{"path":…,"message":…,"allowed":…}]}`.
  public var details: JSON?

  public init(_ status: Status, _ message: String, details: JSON? = nil) {
    self.status = status
    self.message = message
    self.details = details
  }

  public var description: String { "\(status.name): \(message)" }
}
