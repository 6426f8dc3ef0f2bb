import PluginKit
import PluginTesting
import Testing

@testable import MCPClientPlugin

@Suite struct ConnectionTests {
  /// Reads events of a text that comes in parts of `size` bytes.
  private func events(
    of text: String, size: Int, limit: Int = 1 << 20
  ) throws -> (data: [String], reader: EventReader) {
    var reader = EventReader(limit: limit)
    var data: [String] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let result = bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { part in
        Result { () throws(Failure) in
          try reader.add(part) { text throws(Failure) in data.append(String(decoding: text, as: UTF8.self)) }
        }
      }
      try result.get()
    }
    return (data, reader)
  }

  @Test(arguments: ["\n", "\r\n", "\r"]) func readsEventsWhereverTheyAreCut(end: String) throws {
    let text = [
      "id: 1", "data:", "", ": note", "data: {", "data:}", "", "event: message", "data: []", "id: 2", "retry: 250", "",
      "id: 3", "data: cut",
    ].joined(separator: end)
    for size in 1...text.utf8.count {
      let (data, reader) = try events(of: text, size: size)
      #expect(data == ["{\n}", "[]"])
      #expect(reader.lastID == "2" && reader.retry == 250)
    }
  }

  @Test(arguments: ["data: ", "data: x\n", ": note "]) func refusesAnEventWithoutEnd(text: String) {
    let failure = #expect(throws: Failure.self) {
      try events(of: String(repeating: text, count: 100), size: 7, limit: 90)
    }
    #expect(failure?.status == .resourceExhausted)
  }

  @Test func takesNoIdThatCannotStandInAHeader() throws {
    #expect(try events(of: "id: a b\ndata: x\n\nid: é\ndata: x\n\nretry: -5\n\n", size: 100).reader.lastID == nil)
  }

  @Test func boundsWhatAServerSendsInASecond() throws {
    var traffic = Traffic()
    for _ in 0..<5000 { try traffic.count(messages: 1, now: 10) }
    #expect(throws: Failure.self) { try traffic.count(messages: 1, now: 1009) }
    try traffic.count(messages: 1, now: 1010)
    #expect(throws: Failure.self) { try traffic.count(bytes: 65 << 20, now: 1010) }
    try traffic.count(bytes: 1, now: 0)
  }

  @Test func cutsLinesWhereverTheBytesBreak() throws {
    let text = Array("one\r\n\ntwo\nthree\nrest".utf8)
    for size in 1...text.count {
      var buffer = LineBuffer(limit: 100)
      var lines: [String] = []
      for start in stride(from: 0, to: text.count, by: size) {
        let part = Array(text[start..<min(start + size, text.count)])
        let result = part.withUnsafeBytes { bytes in
          Result { () throws(Failure) in
            try buffer.add(bytes) { line throws(Failure) in lines.append(String(decoding: line, as: UTF8.self)) }
          }
        }
        try result.get()
      }
      #expect(lines == ["one", "two", "three"])
    }
  }

  @Test func refusesALineWithoutEnd() {
    var buffer = LineBuffer(limit: 10)
    let failure = #expect(throws: Failure.self) {
      let part = [UInt8](repeating: 0x61, count: 11)
      let result = part.withUnsafeBytes { bytes in
        Result { () throws(Failure) in try buffer.add(bytes) { _ throws(Failure) in } }
      }
      try result.get()
    }
    #expect(failure?.status == .resourceExhausted)
  }

  @Test func fillsInVariablesAndNamesThoseThatAreMissing() throws {
    let host = { (name: String) in ["TOKEN": "t${X}"][name] }
    #expect(try Variables.fill("Bearer ${TOKEN}!", of: "s", from: host) == "Bearer t${X}!")
    #expect(try Variables.fill("${open $TOKEN", of: "s", from: host) == "${open $TOKEN")
    let failure = #expect(throws: Failure.self) { try Variables.fill("${GONE}", of: "s", from: host) }
    #expect(failure?.message.contains("\"GONE\"") == true)
  }

  @Test func namesTheVariablesOfAText() {
    #expect(Variables.names(in: "Bearer ${A}") == ["A"])
    #expect(Variables.names(in: "${A}-${B} ${open") == ["A", "B"])
    #expect(Variables.names(in: "A}") == [])
  }

  @Test func passesNoOtherVariables() throws {
    let environment = try Variables.environment(["A": "b"], of: "s") { ["HOME": "/h", "SECRET": "x"][$0] }
    #expect(environment == ["HOME": "/h", "PATH": "/usr/local/bin:/usr/bin:/bin", "A": "b"])
  }

  @Test(
    arguments: [
      [:], ["command": "a", "url": "http://b"], ["url": "http://b", "cwd": "/"], ["command": "a", "headers": [:]],
      ["url": "https://b", "headers": ["Authorization": "Bearer secret"]],
      ["url": "https://b", "headers": ["X": "a\r\nY: b"]],
    ] as [Fields])
  func refusesDefinitionsThatAreNone(definition: Fields) {
    #expect(throws: Failure.self) { try ServerSettings(definition, name: "a") }
  }

  @Test func answersItsExamples() async throws {
    try await FakeHost.run(mcpClientEntry) { host in #expect(host.checkExamples() == 8) }
  }
}
