import PluginKit
import PluginTesting
import Testing

@testable import MCPClientPlugin

@Suite struct ConnectionTests {
  @Test(arguments: ["\n", "\r\n", "\r"]) func readsEvents(end: String) {
    let text = ["id: 1", ": note", "data: {", "data:}", "", "event: message", "data: []", "", "data: cut"]
      .joined(separator: end)
    #expect(EventText.data(of: Array(text.utf8)) == [Array("{\n}".utf8), Array("[]".utf8)])
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
