import Glibc
import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// What a client may send that it should not.
@Suite struct ControlInputTests {
  private let owner: ControlHost

  init() throws { owner = try ControlHost("echo") }

  @Test(arguments: [
    ("nonsense", -32700), (#"{"jsonrpc":"2.0""#, -32700), ("\u{FEFF}{}", -32700), ("[]", -32600), ("3", -32600),
    ("{}", -32600), (#"{"jsonrpc":"1.0","id":1,"method":"echo.who"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":{},"method":"echo.who"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"echo.who"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":"echo.who","timeout":-1}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":"echo.who","params":[1]}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"subscribe"}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a b"]}}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":[]}}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["*"],"since":-1}}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["*"],"sinse":1}}"#, -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"unsubscribe","params":{"subscription":99}}"#, 1005),
    (#"{"jsonrpc":"2.0","id":1,"method":"cancel"}"#, -32602),
  ])
  func answersABrokenRequestAndGoesOn(line: String, code: Int64) throws {
    let client = try owner.connect()
    client.send(line)
    #expect(client.wait(for: 1).first?["error"]?["code"]?.int == code, "\(client.messages)")
    #expect(client.messages.first?["error"]?["data"]?["detail"] == client.messages.first?["error"]?["message"])
    #expect(client.call("echo.who")["result"] == "echo")
  }

  @Test func passesOverEmptyLines() throws {
    let client = try owner.connect()
    client.send("\n\n\n")
    #expect(client.call("echo.who")["result"] == "echo")
    #expect(client.messages.isEmpty)
  }

  @Test func refusesJSONThatIsNestedTooDeep() throws {
    let client = try owner.connect()
    let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"echo.json","params":{"value":\#(deep)}}"#)
    #expect(client.wait(for: 1).first?["error"]?["code"]?.int == -32700)
  }

  @Test func takesALargeArgument() throws {
    let text = String(repeating: "x", count: 5 << 20)
    let reply = try owner.connect().call("echo.text", ["value": .string(text)])
    #expect(reply["result"]?.string?.utf8.count == text.utf8.count)
  }

  @Test func endsAConnectionWhoseLineIsTooLong() throws {
    let client = try owner.connect()
    client.send([UInt8](repeating: UInt8(ascii: "x"), count: LineBuffer.limit + 2))
    client.wait(for: 2)
    #expect(client.isEnded)
    #expect(try owner.connect().call("echo.who")["result"] == "echo")
  }

  @Test func forgetsAHalfLineOfAClientThatGoesAway() throws {
    let client = try owner.connect()
    client.send(Array(#"{"jsonrpc":"2.0","id":1,"meth"#.utf8))
    client.close()
    owner.host.turn { owner.server.connections.isEmpty }
    #expect(owner.server.connections.isEmpty)
  }

  @Test func survivesAnyBytes() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let sample = Array(
      (#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["task:*"],"since":3,"log":"x"}}"# + "\n"
        + #"{"jsonrpc":"2.0","id":2,"method":"echo.repeat","params":{"text":"a","times":2},"timeout":5}"# + "\n").utf8)
    for _ in 0..<300 {
      let client = try owner.connect()
      var bytes = sample
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      client.send(bytes)
      client.close()
    }
    #expect(try owner.connect().call("echo.who")["result"] == "echo", "seed \(seed)")
  }

  @Test func letsOnlyItsOwnerSeeTheSocketAndReplacesADeadOne() throws {
    var info = stat()
    #expect(stat(owner.server.path, &info) == 0 && info.st_mode & 0o777 == 0o600)
    let folder = try TestFolder()
    let path = try folder.write("s", "left behind")
    let server = try ControlServer(owner.host.host, path: path)
    #expect(stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFSOCK)
    server.close()
    #expect(access(path, F_OK) != 0)
  }

  @Test func findsAShortPathForALongFolder() throws {
    let folder = try TestFolder()
    let place = Surroundings(variables: ["XDG_RUNTIME_DIR": folder.path], folder: "/")
    #expect(try ControlSocket.path(for: "/s", in: place) == "/s/orchestron.sock")
    let long = "/" + String(repeating: "x", count: 90)
    let path = try ControlSocket.path(for: long, in: place)
    #expect(path.hasPrefix("\(folder.path)/orchestron/s"))
    #expect(try ControlSocket.path(for: long, in: place) == path)
    #expect(try ControlSocket.path(for: long + "y", in: place) != path)
    let server = try ControlServer(owner.host.host, path: path)
    server.close()
  }
}
