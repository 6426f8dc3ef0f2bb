import Glibc
import Testing

@testable import OrchestronHost

@Suite struct ControlCallTests {
  private let owner: ControlHost

  init() throws { owner = try ControlHost("echo") }

  @Test func answersAPublicMethod() throws {
    let reply = try owner.connect().call("echo.repeat", ["text": "ab", "times": 2])
    #expect(reply == ["jsonrpc": "2.0", "id": 1001, "result": "abab"])
  }

  @Test func actsAsTheUserOfTheClient() throws {
    let login = try #require(getpwuid(geteuid())).pointee.pw_name.map { String(cString: $0) }
    #expect(try owner.connect().call("echo.context")["result"]?["actor"]?.string == "user:\(login ?? "")")
  }

  @Test func tellsAMissingMethodFromAMethodThatMissesSomething() throws {
    let client = try owner.connect()
    #expect(client.call("echo.nothing")["error"]?["code"]?.int == -32601)
    #expect(client.call("nobody.nothing")["error"]?["code"]?.int == -32601)
    let reply = client.call("echo.fails", ["status": 5, "message": "No such thing."])["error"]
    #expect(reply?["code"]?.int == 1005)
    #expect(reply?["message"] == "No such thing.")
    #expect(reply?["data"]?["plugin"] == "echo")
    #expect(reply?["data"]?["status"]?.int == 404)
  }

  @Test func keepsInternalMethodsToPlugins() throws {
    #expect(try owner.connect().call("echo.secret", ["value": "x"])["error"]?["code"]?.int == -32601)
  }

  @Test func namesWhatIsWrongWithAnArgument() throws {
    let error = try owner.connect().call("echo.color", ["colour": "red"])["error"]
    #expect(error?["code"]?.int == -32602)
    #expect(error?["message"]?.string?.contains("did you mean \"color\"?") == true)
    #expect(error?["data"]?["errors"]?[0]?["path"] == "/colour")
  }

  @Test func refusesAnArgumentThatStandsTwice() throws {
    let client = try owner.connect()
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"echo.text","params":{"value":"a","value":"b"}}"#)
    #expect(client.wait(for: 1).first?["error"]?["message"]?.string?.contains("stands twice") == true)
  }

  @Test func describesAMethod() throws {
    let reply = try owner.connect().call("describe", ["method": "echo.repeat"])["result"]
    #expect(reply?["signature"] == "s(sis)")
    #expect(try owner.connect().call("describe", ["method": "echo.secret"])["error"] != nil)
  }

  @Test func answersRequestsOfOnePacketInOrder() throws {
    let client = try owner.connect()
    let lines = (1...100).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"echo.integer","params":{"value":\#($0)}}"# }
    client.send(Array((lines.joined(separator: "\n") + "\n").utf8))
    #expect(client.wait(for: 100).map { $0["result"]?.int } == (1...100).map { Int64($0) })
  }

  @Test func putsALineTogetherThatComesByteByByte() throws {
    let client = try owner.connect()
    for byte in Array((#"{"jsonrpc":"2.0","id":"x","method":"echo.text","params":{"value":"é"}}"# + "\n").utf8) {
      client.send([byte])
    }
    #expect(client.wait(for: 1) == [["jsonrpc": "2.0", "id": "x", "result": "é"]])
  }

  @Test func saysNothingToANotification() throws {
    let client = try owner.connect()
    client.send(#"{"jsonrpc":"2.0","method":"echo.who"}"#)
    #expect(client.call("echo.who")["result"] == "echo")
    #expect(client.messages.isEmpty)
  }

  @Test func answersLaterAndOutOfOrder() throws {
    let client = try owner.connect()
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"echo.slow","params":{"ms":30}}"#)
    client.send(#"{"jsonrpc":"2.0","id":2,"method":"echo.who"}"#)
    #expect(client.wait(for: 2).map { $0["id"]?.int } == [2, 1])
  }

  @Test func givesUpACallInTime() throws {
    let error = try owner.connect().call("echo.never", timeout: 20)["error"]
    #expect(error?["code"]?.int == 1004)
    #expect(error?["data"]?["code"] == "deadline_exceeded")
  }

  @Test func givesUpACallOnRequest() throws {
    let client = try owner.connect()
    client.send(#"{"jsonrpc":"2.0","id":"n","method":"echo.never"}"#)
    client.send(#"{"jsonrpc":"2.0","id":"c","method":"cancel","params":{"call":"n"}}"#)
    let replies = client.wait(for: 2)
    #expect(replies.first { $0["id"] == "n" }?["error"]?["code"]?.int == 1001)
    #expect(replies.first { $0["id"] == "c" }?["result"] == .null)
    #expect(client.call("cancel", ["call": "n"])["error"]?["code"]?.int == 1009)
  }

  @Test func givesUpTheCallsOfAClientThatGoesAway() throws {
    let leaving = try owner.connect()
    for id in 1...3 { leaving.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"echo.never"}"#) }
    let client = try owner.connect()
    owner.host.turn { client.call("echo.cancelled")["result"]?["waiting"]?.int == 3 }
    leaving.close()
    owner.host.turn { client.call("echo.cancelled")["result"]?["cancelled"]?.int == 3 }
    #expect(client.call("echo.cancelled")["result"]?["cancelled"]?.int == 3)
  }

  @Test func sendsTheChunksOfAStreamBeforeItsReply() throws {
    let client = try owner.connect()
    client.send(#"{"jsonrpc":"2.0","id":"s","method":"echo.chunks","params":{"count":3}}"#)
    let messages = client.wait(for: 4)
    #expect(messages.prefix(3).map { $0["method"] } == ["chunk", "chunk", "chunk"])
    #expect(messages.prefix(3).map { $0["params"]?["data"]?["n"]?.int } == [0, 1, 2])
    #expect(messages.allSatisfy { ($0["id"] ?? $0["params"]?["call"]) == "s" })
    #expect(messages.last?["result"]?.int == 3)
  }

  @Test func holdsAStreamBackForAClientThatDoesNotRead() throws {
    let client = try owner.connect()
    let count = 20_000
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"echo.chunks","params":{"count":\#(count),"size":1000}}"#)
    let other = try owner.connect()
    for _ in 0..<100 { #expect(other.call("echo.who")["result"] == "echo") }
    // One window of chunks, each with its frame of JSON.
    #expect(owner.server.connections.allSatisfy { $0.unsent < 2 * Dispatcher.window })
    let messages = client.wait(for: count + 1)
    #expect(messages.dropLast().map { $0["params"]?["data"]?["n"]?.int } == (0..<count).map { Int64($0) })
    #expect(messages.last?["result"]?.int == Int64(count))
  }

  @Test func readsNoMoreRequestsWhileAnswersWait() throws {
    let client = try owner.connect()
    let text = String(repeating: "x", count: 100_000)
    let line = #"{"jsonrpc":"2.0","id":1,"method":"echo.repeat","params":{"text":"\#(text)","times":10}}"# + "\n"
    let requests = Array(String(repeating: line, count: 400).utf8)
    var rest = requests[...]
    // Nobody reads the answers: the host stops to read, and the socket fills up.
    var pauses = 0
    owner.host.turn(upTo: 60) {
      let count = max(0, rest.withUnsafeBytes { client.trySend($0) })
      pauses = count == 0 ? pauses + 1 : 0
      rest = rest.dropFirst(count)
      return pauses == 20
    }
    #expect(pauses == 20)
    #expect(rest.count > 20 << 20)
    #expect(owner.server.connections.allSatisfy { $0.unsent < 4 << 20 })
    client.send(Array(rest), reading: true)
    #expect(client.wait(for: 400).count == 400)
  }

  @Test func servesManyClients() throws {
    let clients = try (0..<200).map { _ in try owner.connect() }
    for (number, client) in clients.enumerated() {
      client.send(#"{"jsonrpc":"2.0","id":1,"method":"echo.integer","params":{"value":\#(number)}}"#)
    }
    for (number, client) in clients.enumerated() {
      #expect(client.wait(for: 1).first?["result"]?.int == Int64(number))
    }
  }

  @Test func letsNoMoreClientsInThanItCanServe() throws {
    let clients = try (0..<ControlServer.connectionLimit).map { _ in try owner.connect() }
    #expect(clients.last?.call("echo.who")["result"] == "echo")
    let late = try owner.connect()
    late.wait(for: 1)
    #expect(late.isEnded)
    clients[0].close()
    owner.host.turn { owner.server.connections.count < ControlServer.connectionLimit }
    #expect(try owner.connect().call("echo.who")["result"] == "echo")
  }
}
