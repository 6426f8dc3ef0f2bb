public import PluginKit

/// The id of a request, and a progress token: a string or an integer, told back as it came.
public enum RequestID: Hashable, Sendable {
  case integer(Int)
  case text(String)

  /// Nil for everything else, null and fractions included.
  public init?(_ json: JSONValue) {
    switch json.kind {
    case .int:
      guard let value = json.int else { return nil }
      self = .integer(value)
    case .string:
      guard let value = json.string else { return nil }
      self = .text(value)
    default: return nil
    }
  }

  /// The number; nil for a text.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  public func write(to json: inout JSONWriter) {
    switch self {
    case .integer(let value): json.int(value)
    case .text(let value): json.string(value)
    }
  }
}
