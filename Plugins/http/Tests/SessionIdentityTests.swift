import CPluginSDK
import Testing

@testable import HTTPPlugin

/// Who is at the other end of a WebSocket.
@Suite struct SessionIdentityTests {
  let auth = StubAuth()
  let site: TestSite

  init() throws { site = try TestSite(auth: auth) }

  private func call(_ id: Int, _ method: String = "tasks.get") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"}"#
  }

  private func authenticate(_ id: Int, _ token: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"authenticate","params":{"token":"\#(token)"}}"#
  }

  private func pass(_ client: TestConnection, milliseconds: UInt64) {
    site.engine.advance(to: site.engine.now + milliseconds)
    if let socket = client.webSocket, socket.deadline <= site.engine.now { socket.timeOut() }
    site.settle()
  }

  private let refusal = #""error":{"code":1016,"#

  @Test func theHandshakeTellsWhoIsThere() {
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    client.send(message: call(1))
    #expect(client.takeFrames() == [#"1:{"jsonrpc":"2.0","id":1,"result":null}"#])
    #expect(site.host.calls == ["user:ada tasks.get {}"])
    #expect(auth.asked == ["1 good "])
  }

  @Test func aWrongTokenOfTheHandshakeIsClosed() {
    let client = site.upgrade(headers: ["Authorization: Bearer bad"])
    #expect(client.takeFrames() == ["8:4401 nobody knows you by that"])
  }

  @Test func aCookieNeedsAnOriginOfOurOwn() {
    let none = site.upgrade(headers: ["Cookie: session=good"])
    #expect(TestReply(none.text).status == 403)
    #expect(none.webSocket == nil)
    let own = site.upgrade(headers: ["Cookie: session=good", "Origin: http://localhost:3001"])
    #expect(TestReply(own.text).status == 101)
    own.send(message: call(1))
    #expect(site.host.calls.count == 1)
    #expect(
      TestReply(site.upgrade(headers: ["Cookie: session=good", "Origin: http://evil.example"]).text).status == 403)
    // A page of an allowed foreign origin is not let in by the cookie of ours.
    let foreign = site.upgrade(headers: ["Cookie: session=good", "Origin: https://other.example"])
    foreign.send(message: call(1))
    #expect(foreign.takeFrames().first?.contains(refusal) == true)
    #expect(site.host.calls.count == 1)
  }

  @Test func withoutACredentialNothingButAuthenticateIsHeard() {
    let client = site.upgrade()
    client.send(message: call(1))
    client.send(message: call(2, "subscribe"))
    let refused = client.takeFrames()
    #expect(refused.count == 2)
    #expect(refused[0].contains(refusal))
    client.send(message: authenticate(3, "good"))
    #expect(client.takeFrames() == [#"1:{"jsonrpc":"2.0","id":3,"result":{"actor":"user:ada"}}"#])
    client.send(message: call(4))
    #expect(site.host.calls == ["user:ada tasks.get {}"])
    pass(client, milliseconds: 5000)
    #expect(client.webSocket?.phase == .open)
  }

  @Test func whoDoesNotTellInFiveSecondsIsClosed() {
    let client = site.upgrade()
    pass(client, milliseconds: 4999)
    #expect(client.webSocket?.phase == .open)
    client.send(message: call(1))
    _ = client.takeFrames()
    pass(client, milliseconds: 1)
    #expect(client.takeFrames() == ["8:4401 tell who you are: authenticate {token}"])
  }

  @Test func aWrongTokenIsToldAndClosed() {
    let client = site.upgrade()
    client.send(message: authenticate(1, "bad"))
    let frames = client.takeFrames()
    #expect(frames.count == 2)
    #expect(frames.first?.contains(refusal) == true)
    #expect(frames.last == "8:4401 nobody knows that token")
  }

  @Test func aWrongTokenOfSomebodyKnownChangesNothing() {
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    client.send(message: authenticate(1, "bad"))
    #expect(client.takeFrames().count == 1)
    client.send(message: call(2))
    #expect(site.host.calls == ["user:ada tasks.get {}"])
    site.app.identitiesDidChange()
    #expect(auth.asked.last == "1 good ", "what holds is asked again, not what failed")
    #expect(client.webSocket?.phase == .open)
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":1,"method":"authenticate"}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"authenticate","params":{"token":5}}"#,
    #"[{"jsonrpc":"2.0","id":1,"method":"authenticate","params":{"token":"good"}}]"#,
  ]) func authenticateTakesOneTokenAndComesAlone(message: String) {
    let client = site.upgrade()
    client.send(message: message)
    #expect(client.takeFrames().first?.contains(#""error":{"code":-32602,"#) == true)
    #expect(client.webSocket?.phase == .open)
  }

  @Test func messagesWaitWhileSomebodyIsAskedAndKeepTheirOrder() {
    auth.answer = { _, _ in .later }
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    client.send(message: call(1))
    client.send(message: authenticate(2, "other"))
    client.send(message: call(3))
    client.send(message: call(4))
    #expect(site.host.calls == [])
    auth.finish(0, with: .principal("user:ada"))
    #expect(site.host.calls == ["user:ada tasks.get {}"], "what stands behind authenticate waits for it")
    auth.finish(1, with: .principal("user:bob"))
    site.settle()
    #expect(site.host.calls == ["user:ada tasks.get {}", "user:bob tasks.get {}", "user:bob tasks.get {}"])
    let ids = client.takeFrames().map { $0.dropFirst(#"1:{"jsonrpc":"2.0","id":"#.count).prefix(1) }
    #expect(ids == ["1", "2", "3", "4"])
  }

  @Test func tooManyMessagesThatWaitAreRefused() {
    auth.answer = { _, _ in .later }
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    for id in 0...16 { client.send(message: call(id)) }
    #expect(client.takeFrames() == ["8:1013 too many messages"])
    auth.finish(0, with: .principal("user:ada"))
    #expect(site.host.calls == [])
  }

  @Test func whatIsRevokedWhileOpenIsClosed() {
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    let other = site.upgrade(headers: ["Authorization: Bearer stays"])
    auth.answer = { _, secret in secret == "good" ? .failure(.unauthenticated) : .principal("user:eve") }
    let third = site.upgrade(headers: ["Authorization: Bearer stays"])
    site.app.identitiesDidChange()
    site.settle()
    #expect(client.takeFrames() == ["8:4401 what you have shown does not hold any more"])
    #expect(other.takeFrames() == ["8:4401 nobody knows you by that"])
    #expect(third.takeFrames() == [])
    #expect(third.webSocket?.phase == .open)
  }

  @Test func manyAreAskedForAgainInPartsAndWhoeverSendsSomethingAtOnce() {
    var waiting: [() -> Void] = []
    site.app.later = { waiting.append($0) }
    let clients = (0..<450).map { _ in site.upgrade(headers: ["Authorization: Bearer good"]) }
    let before = auth.asked.count
    site.app.identitiesDidChange()
    #expect(auth.asked.count == before + 200)
    auth.answer = { _, _ in .failure(.unauthenticated) }
    for client in clients { client.send(message: call(1)) }
    #expect(site.host.calls.count == 200, "those who were asked for in time")
    #expect(clients.filter { $0.webSocket?.phase == .open }.count == 200)
    site.app.identitiesDidChange()
    #expect(waiting.count == 1, "one change after the other is one round")
    while !waiting.isEmpty { waiting.removeFirst()() }
    #expect(!clients.contains { $0.webSocket?.phase == .open })
  }

  @Test func nothingIsDoneWithRightsThatAreBeingAskedAbout() {
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    auth.answer = { _, _ in .later }
    site.app.identitiesDidChange()
    client.send(message: call(1))
    auth.finish(1, with: .failure(.unauthenticated, "revoked"))
    site.settle()
    #expect(site.host.calls == [])
    #expect(client.takeFrames() == ["8:4401 what you have shown does not hold any more"])
  }

  @Test func anAnswerFromBeforeAChangeIsAskedForAgain() {
    auth.answer = { _, _ in .later }
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    client.send(message: call(1))
    site.app.identitiesDidChange()
    auth.finish(0, with: .principal("user:ada"))
    #expect(site.host.calls == [])
    auth.finish(1, with: .failure(.unauthenticated, "revoked"))
    site.settle()
    #expect(site.host.calls == [])
    #expect(client.takeFrames() == ["8:4401 nobody knows you by that"])
  }

  @Test func asksAgainWhenTheTimeIsOver() {
    auth.answer = { _, _ in .principal("user:ada", expires: Authenticator.now + 20_000) }
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    pass(client, milliseconds: 15_000)
    #expect(auth.asked.count == 1)
    auth.answer = { _, _ in .failure(.unauthenticated, "expired") }
    pass(client, milliseconds: 5_100)
    #expect(auth.asked.count == 2)
    #expect(client.takeFrames() == ["8:4401 what you have shown does not hold any more"])
  }

  @Test func aLateAnswerForAClientThatHasGoneIsNotHeard() {
    auth.answer = { _, _ in .later }
    let client = site.upgrade(headers: ["Authorization: Bearer good"])
    client.send(message: call(1))
    client.webSocket?.receiveEnd()
    auth.finish(0, with: .principal("user:ada"))
    #expect(site.host.calls == [])
    #expect(site.app.residents.isEmpty)
  }
}
