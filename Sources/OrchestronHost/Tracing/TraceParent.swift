/// A trace and a place in it, as W3C Trace Context writes them: `00-<trace>-<span>-<flags>`.
struct TraceParent: Equatable {
  var trace: TraceID
  var span: UInt64
  /// Whether the caller records the trace.
  var isSampled: Bool

  /// The sixteen bytes that all spans of a trace have in common.
  struct TraceID: Hashable, Sendable {
    var high: UInt64
    var low: UInt64
  }

  init(trace: TraceID, span: UInt64, isSampled: Bool) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
  }

  /// Reads what came from outside; nil when it is not of the form, which counts as none (W3C Trace Context, 3.2.2). Fields
  /// that a later version adds behind are left out.
  init?(_ text: UnsafeRawBufferPointer) {
    let dash = UInt8(ascii: "-")
    guard text.count >= 55, text[2] == dash, text[35] == dash, text[52] == dash,
      let version = Self.hexadecimal(text[0..<2]), version != 0xff,
      text.count == 55 || (version > 0 && text[55] == dash),
      let high = Self.hexadecimal(text[3..<19]), let low = Self.hexadecimal(text[19..<35]), high != 0 || low != 0,
      let span = Self.hexadecimal(text[36..<52]), span != 0, let flags = Self.hexadecimal(text[53..<55])
    else { return nil }
    self.init(trace: TraceID(high: high, low: low), span: span, isSampled: flags & 1 == 1)
  }

  /// As it goes on.
  var text: String { "00-\(trace.text)-\(Self.text(span))-\(isSampled ? "01" : "00")" }

  /// Sixteen digits.
  static func text(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// Lower-case digits, as the form wants them.
  private static func hexadecimal(_ text: Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var number: UInt64 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }
}

extension TraceParent.TraceID {
  /// 32 digits.
  var text: String { TraceParent.text(high) + TraceParent.text(low) }
}
