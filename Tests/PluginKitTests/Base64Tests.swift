import PluginKit
import PluginTesting
import Testing

@Suite struct Base64Tests {
  private func encoded(_ text: String) -> String { Array(text.utf8).withUnsafeBytes(Base64.encode) }

  private func decoded(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBytes(Base64.decode) }

  /// The vectors of RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func encodesAndDecodes(plain: String, text: String) {
    #expect(encoded(plain) == text)
    #expect(decoded(text) == Array(plain.utf8))
  }

  @Test(arguments: 0..<4) func decodesWhatItEncoded(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      #expect(decoded(bytes.withUnsafeBytes(Base64.encode)) == bytes, "seed \(seed), \(count) bytes")
    }
  }

  @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm=v", "Zm9v=m9v", "Zm 9", "Zm9-", "Zm9v\n", "é="])
  func refusesWhatIsNone(text: String) {
    #expect(decoded(text) == nil, "\(text)")
  }

  @Test func readsTextsOfAddressesInTheirOneSpelling() {
    var random = SeededGenerator(seed: 1)
    for count in 0..<70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes, "\(bytes)")
    }
    #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
    for text in ["A", "AB", "AAB", "-_9", "+/8", "-_8=", "A A"] {
      #expect(Base64URL.decode(text.utf8) == nil, "\(text)")
    }
  }
}

@Suite struct StatusTests {
  @Test func namesEveryStatusOnce() {
    let names = Status.allCases.map { "\($0.name)" }
    #expect(Set(names).count == Status.allCases.count)
    #expect(names.contains("failed_precondition"))
    #expect(Status.allCases.allSatisfy { Status(name: "\($0.name)") == $0 })
    #expect(Status(name: "failedPrecondition") == nil)
  }
}
