public import CPluginSDK

/// The outcome of an operation: one of the canonical sixteen, with gRPC's numbers.
public enum Status: Int32, Sendable, CaseIterable {
  case ok = 0
  /// The caller went away or asked to stop.
  case cancelled = 1
  /// Wrong, whatever the state of the system is.
  case invalidArgument = 3
  case deadlineExceeded = 4
  case notFound = 5
  case alreadyExists = 6
  case permissionDenied = 7
  /// A limit or a full queue: later or smaller may work.
  case resourceExhausted = 8
  /// The state must change before this can work.
  case failedPrecondition = 9
  /// A conflict: read again and retry.
  case aborted = 10
  case outOfRange = 11
  case unimplemented = 12
  /// A fault of the callee.
  case `internal` = 13
  /// Not now: the provider is down or draining.
  case unavailable = 14
  case dataLoss = 15
  case unauthenticated = 16

  /// The status with a number of the C headers; an unknown number is ``internal``.
  @inlinable
  public init(_ code: orch_status) {
    self = Status(rawValue: code) ?? .internal
  }

  /// The name on every face: `not_found`.
  public var name: StaticString {
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
    guard let status = Status.allCases.first(where: { "\($0.name)" == name }) else { return nil }
    self = status
  }
}

/// Why something did not work: what handlers throw, and what calls throw.
///
/// A `Failure` thrown by a handler becomes its answer. Any other error is answered as ``Status/internal`` with nothing
/// but the error's type; the log has the rest.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// What kind of failure this is; never ``Status/ok``.
  public let status: Status
  /// A sentence for the user, which names the thing and, where there is one, the remedy.
  public let message: String
  /// A JSON object with particulars for programs, or nil.
  public let details: String?

  public init(_ status: Status, _ message: String, details: String? = nil) {
    self.status = status == .ok ? .internal : status
    self.message = message
    self.details = details
  }

  public var description: String { "\(status): \(message)" }
}

extension Failure {
  /// The failure that stands for an error and tells nothing private: a ``Failure`` itself, a cancellation, or nil.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case is CancellationError: self.init(.cancelled, "the operation was cancelled")
    default: return nil
    }
  }

  /// The failure that the world sees for any error: of what is private, the name of its type.
  init(hiding error: any Error) {
    self = Failure(error) ?? Failure(.internal, "an internal error occurred (\(type(of: error)))")
  }

  /// Throws unless `code` is ok: what the host recorded in the context, else `what`, which says what did not work.
  static func check(
    _ code: orch_status?, in context: Context? = nil, _ what: @autoclosure () -> String
  ) throws(Failure) {
    guard let code else { throw Failure(.unimplemented, "\(what()): the host does not offer this") }
    if code == 0 { return }
    if let recorded = context?.failure, recorded.status == Status(code), !recorded.message.isEmpty { throw recorded }
    throw Failure(Status(code), what())
  }
}
