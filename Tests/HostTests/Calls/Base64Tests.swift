import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct Base64Tests {
  private func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { Base64.encode($0) } }
  private func decode(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBytes { Base64.decode($0) } }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func agreesWithTheVectorsOfRFC4648(plain: String, coded: String) {
    #expect(encode(Array(plain.utf8)) == coded)
    #expect(decode(coded) == Array(plain.utf8))
  }

  @Test func usesTheWholeAlphabet() {
    let bytes: [UInt8] = [0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF]
    #expect(encode(bytes) == "++++////")
    #expect(decode("++++////") == bytes)
  }

  @Test(arguments: [
    "A", "AA", "AAA", "A===", "====", "=AAA", "A=AA", "AA=A", "Zg==Zg==", "Zm9v=", "Zm 9v", "Zm9_", "Zm9-", "Zm9v\n",
    "Zmä=",
  ])
  func refusesWhatIsNotBase64(text: String) { #expect(decode(text) == nil) }

  @Test(arguments: 0..<10)
  func givesBackWhatItEncoded(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      let text = encode(bytes)
      #expect(text.utf8.count == (length + 2) / 3 * 4)
      #expect(decode(text) == bytes, "seed \(seed), length \(length)")
    }
  }
}
