import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct JSONDocumentTests {
  private func parsed(_ text: String) throws -> JSONDocument {
    let document = JSONDocument()
    try document.parse(text.utf8)
    return document
  }

  private func check(_ text: String, by document: JSONDocument) throws {
    var text = text
    try text.withUTF8 { try document.check(UnsafeRawBufferPointer($0)) }
  }

  @Test func viewsScalars() throws {
    let document = try parsed(
      #"{"n":null,"t":true,"f":false,"i":-7,"u":18446744073709551615,"d":2.5,"w":3.0,"s":"é\n"}"#)
    let root = document.root
    #expect(root["n"]?.isNull == true)
    #expect(root["t"]?.bool == true)
    #expect(root["f"]?.bool == false)
    #expect(root["i"]?.int == -7)
    #expect(root["i"]?.double == -7)
    #expect(root["u"]?.int == nil)
    #expect(root["u"]?.double == 0x1p64)
    #expect(root["d"]?.int == nil)
    #expect(root["w"]?.int == 3)
    #expect(root["s"]?.string == "é\n")
    #expect(root["s"]?.stringBytes.map(Array.init) == Array("é\n".utf8))
    #expect(root["s"]?.int == nil)
    #expect(root["absent"] == nil)
    #expect(root.members.map { $0.value.kind } == [.null, .bool, .bool, .int, .double, .double, .double, .string])
  }

  @Test func walksNestedArraysAndObjects() throws {
    let document = try parsed(#"[[],[1,[2,{"k":[3]}]],{},"x",{"a":{"b":null},"c":4}]"#)
    let root = document.root
    #expect(root.count == 5)
    #expect(root.elements.map(\.count) == [0, 2, 0, 0, 2])
    #expect(root[4]?["c"]?.int == 4)
    #expect(root[1]?[1]?[1]?["k"]?[0]?.int == 3)
    #expect(root[5] == nil)
    #expect(root[4]?.members.map(\.name) == ["a", "c"])
    #expect(root[3]?.members.map(\.name) == [])
    #expect(root.text == #"[[],[1,[2,{"k":[3]}]],{},"x",{"a":{"b":null},"c":4}]"#)
  }

  @Test func findsTheLastOfDuplicateKeys() throws {
    let document = try parsed(#"{"a":1,"b":2,"a":3}"#)
    #expect(document.root["a"]?.int == 3)
  }

  /// Texts are generated, and damaged in up to three places.
  @Test(arguments: 0..<8) func checksAsItParses(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (checker, parser) = (JSONDocument(), JSONDocument())
    let damage = Array("{}[],:\"\\ \n\t019-+.eEtfnu".utf8) + [0, 0x1F, 0x80, 0xC3, 0xFF]
    var accepted = 0
    for _ in 0..<1000 {
      var text = JSON.random(using: &random).bytes
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let place = Int.random(in: 0...text.count, using: &random)
        let byte = damage.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text.insert(byte, at: place)
        case 1 where place < text.count: text[place] = byte
        case _ where place < text.count: text.remove(at: place)
        default: text.append(byte)
        }
      }
      let isJSON = (try? parser.parse(text)) != nil
      let isFit = text.withUnsafeBytes { bytes in (try? checker.check(bytes)) != nil }
      #expect(isFit == isJSON, "seed \(seed): \(String(decoding: text, as: UTF8.self).quoted)")
      accepted += isJSON ? 1 : 0
    }
    #expect((300..<1000).contains(accepted))
  }

  @Test func checksTextsOfEveryKind() throws {
    let document = JSONDocument()
    let open = String(repeating: "[", count: 65), close = String(repeating: "]", count: 65)
    let good = [
      "{}", " [ ] ", "\t{\"a\" : [1 , -0.5, true]}\n", "\"ä😀\"", #""\"\\\/\b\f\n\r\t""#, #""\u00e9""#, "1e5", "-0",
      "123456789012345678901234567890", "0.12345678901234567890", open + close,
      "\"\(String(repeating: "x", count: 600))\"",
    ]
    for text in good { try check(text, by: document) }
    let bad = [
      "", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "{1:2}", "{\"a\":1,}", "01", "1.", ".5", "-", "+1", "tru",
      "nul", "truee",
      "\"", "\"\\", "\"\\x\"", "\"\n\"", "[1}", "{]", "1 2", "1,", "[" + open, "\u{0}",
    ]
    for text in bad {
      #expect(throws: JSONError.self, "\(text.quoted)") { try check(text, by: document) }
    }
  }

  @Test func usesItsMemoryAgainForAnyLength() throws {
    let document = JSONDocument()
    for length in [1, 5000, 10, 100_000, 1, 70_000, 300] {
      let text = "[\"\(String(repeating: "x", count: length))\",\(length)]"
      try document.parse(text.utf8)
      #expect(document.root[0]?.stringBytes?.count == length)
      #expect(document.root[1]?.int == Int64(length))
      document.trim(to: length == 10 ? 0 : 10_000)
    }
  }

  @Test func parsesAgainAfterAFailure() throws {
    let document = JSONDocument()
    #expect(throws: JSONError.self) { try document.parse("[1".utf8) }
    #expect(throws: JSONError.self) { try document.parse([UInt8]()) }
    try document.parse("[1]".utf8)
    #expect(document.root[0]?.int == 1)
  }

  @Test func takesTextThatIsNotInOnePiece() throws {
    let document = JSONDocument()
    try document.parse(["[1,", "2]"].lazy.flatMap(\.utf8))
    #expect(document.root.text == "[1,2]")
  }

  @Test(arguments: [UInt64](1...10))
  func copiesToTheSameValueAndText(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let document = JSONDocument()
    for _ in 0..<100 {
      let json = JSON.random(using: &generator)
      try document.parse(json.bytes, duplicateKeys: .refused)
      #expect(document.root.json == json, "seed \(seed)")
      #expect(document.root.text == json.text, "seed \(seed)")
      for (key, value) in json.object ?? [:] { #expect(document.root[key]?.json == value, "seed \(seed)") }
    }
  }

  @Test func anElementIsTwoWords() {
    #expect(MemoryLayout<JSONElement>.size == 16)
  }
}
