import Testing

@testable import OrchestronHost

@Suite struct JSONDocumentTests {
  private func parsed(_ text: String) throws -> JSONDocument {
    let document = JSONDocument()
    try document.parse(text.utf8)
    return document
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

  @Test func usesItsMemoryAgainForAnyLength() throws {
    let document = JSONDocument()
    for length in [1, 5000, 10, 100_000, 1, 70_000, 300] {
      let text = "[\"\(String(repeating: "x", count: length))\",\(length)]"
      try document.parse(text.utf8)
      #expect(document.root[0]?.stringBytes?.count == length)
      #expect(document.root[1]?.int == Int64(length))
      document.trim(to: 10_000)
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
