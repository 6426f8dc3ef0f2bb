import PluginKit

/// To which trace a request belongs, as its `_meta` says: `traceparent` and `tracestate` of W3C Trace Context. `baggage` is
/// read by nobody here, and goes nowhere.
struct TraceContext {
  /// What a recorder takes: traceparent, and behind a space tracestate, if there is any.
  let parent: String
  private let length: Int

  /// Longer ones may be left out (W3C Trace Context, 3.3.1.5).
  private static let longestState = 512

  /// Nil without a traceparent, and when that is malformed: it counts as none then.
  init?(_ meta: JSONValue) {
    guard let traceparent = meta["traceparent"].string, Self.isTraceparent(traceparent) else { return nil }
    length = traceparent.utf8.count
    guard let state = meta["tracestate"].string, !state.isEmpty, state.utf8.count <= Self.longestState,
      state.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else {
      parent = traceparent
      return
    }
    parent = "\(traceparent) \(state)"
  }

  /// Without the tracestate.
  var traceparent: String { String(decoding: parent.utf8.prefix(length), as: UTF8.self) }

  /// `version-trace-span-flags`, in small hexadecimal digits. Later versions may have more behind a dash.
  private static func isTraceparent(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard text.utf8.count <= 512, parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16,
      parts[3].count == 2, parts.prefix(4).allSatisfy({ $0.allSatisfy(isDigit) })
    else { return false }
    let version = Array(parts[0])
    let zero = UInt8(ascii: "0")
    guard version != Array("ff".utf8), parts.count == 4 || version != [zero, zero] else { return false }
    return parts[1].contains { $0 != zero } && parts[2].contains { $0 != zero }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
