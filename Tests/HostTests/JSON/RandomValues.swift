import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

extension JSON {
  /// Any value, nested at most four deep.
  static func random(using generator: inout SeededGenerator, depth: Int = 0) -> JSON {
    switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &generator) {
    case 0: [.null, true, false].randomElement(using: &generator) ?? .null
    case 1: .int(Int64.random(in: .min ... .max, using: &generator))
    case 2: .int(Int64.random(in: -9...9, using: &generator))
    case 3: .double(randomDouble(using: &generator))
    case 4, 5: .string(randomString(using: &generator))
    case 6:
      .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in random(using: &generator, depth: depth + 1) })
    default:
      .object(
        JSONObject(
          (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            (randomString(using: &generator), random(using: &generator, depth: depth + 1))
          }))
    }
  }

  private static func randomDouble(using generator: inout SeededGenerator) -> Double {
    let value = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
    return value.isFinite ? value : 0.1
  }

  private static func randomString(using generator: inout SeededGenerator) -> String {
    let scalars: [UnicodeScalar] = [
      "a", "b", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "e\u{301}", "\u{2028}", "😀",
    ]
    .flatMap { (text: String) in Array(text.unicodeScalars) }
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...20, using: &generator) {
      if let scalar = scalars.randomElement(using: &generator) { text.append(scalar) }
    }
    return String(text)
  }
}
