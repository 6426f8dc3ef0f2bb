import CHost
import Testing

@testable import OrchestronHost

/// Calls are pooled objects, and what is made of names and rights is kept: nobody may be taken for somebody else.
@Suite struct WhoCallsTests {
  /// Two names that the host looks for in the same place.
  private let ada = "user:aaa-ada-aaaaaaaa"
  private let eve = "user:aaa-eve-aaaaaaaa"

  private func started(_ more: String...) throws -> (TestHost, face: Plugin) {
    let host = try TestHost(try (["echo", "plain"] + more).map { try Fixtures.path($0) })
    try host.start()
    return (host, try #require(host.host.lifecycle.plugin("plain")))
  }

  private func actor(of heard: Heard) -> String? {
    guard heard.ends == ["answer"], let text = heard.text else { return nil }
    return (try? JSON(parsing: text))?["actor"]?.string
  }

  @Test func namesThatShareAPlaceAreToldApart() throws {
    let (host, face) = try started()
    _ = host
    let places = [ada, eve].map { orch_str.with($0) { $0.bytes.quickHash } }
    try #require(places[0] == places[1], "the test wants names of one place")
    for name in [ada, eve, eve, ada, ada, eve] {
      let context = try #require(face.faceContext(actor: name, rights: nil))
      #expect(Context.behind(context)?.actor.string == name)
      HostExtensions.actor.free(face.pointer, context)
    }
  }

  @Test func rightsThatShareAPlaceAreToldApart() throws {
    let (host, face) = try started()
    _ = host
    for words in ["some:one read some:one", "some:one tidy some:one", "some:one read some:one"] {
      let context = try #require(face.faceContext(rights: words))
      let rights = try #require(Context.behind(context)?.rights)
      #expect(rights.text.string == words)
      #expect(rights.include("read") == words.contains("read"))
      HostExtensions.actor.free(face.pointer, context)
    }
  }

  @Test func callsOfTwoThatInterleaveKeepTheirNames() throws {
    let (host, face) = try started()
    var waiting: [(heard: Heard, name: String)] = []
    for round in 0..<50 {
      let (one, other) = round % 2 == 0 ? (ada, eve) : (eve, ada)
      let first = try #require(face.faceContext(actor: one, rights: "read"))
      waiting.append((Heard.call("echo.never", by: face, in: first), one))
      let second = try #require(face.faceContext(actor: other, rights: "write"))
      #expect(actor(of: Heard.call("echo.context", by: face, in: second)) == other)
      // Freed early, against the rules: the call that waits has its own.
      HostExtensions.actor.free(face.pointer, first)
      #expect(actor(of: Heard.call("echo.context", by: face, in: second)) == other)
      HostExtensions.actor.free(face.pointer, second)
    }
    let table = host.host.dispatcher.table
    for (round, call) in waiting.enumerated() {
      #expect(table.find(call.heard.id)?.context.actor.string == call.name, "round \(round)")
      #expect(table.find(call.heard.id)?.context.rights?.text.string == "read", "round \(round)")
      host.host.cancel(call.heard.id)
      #expect(call.heard.ends == ["cancelled"] && call.heard.releases == 1)
    }
  }

  @Test func anAnswerThatComesLaterGoesToWhoAsked() throws {
    let (host, face) = try started()
    let context = try #require(face.faceContext(actor: ada, rights: nil))
    let late = (1...20).map { Heard.call("echo.slow", #"{"ms":\#($0 % 5)}"#, by: face, in: context) }
    for _ in 0..<200 {
      let other = try #require(face.faceContext(actor: eve, rights: nil))
      #expect(actor(of: Heard.call("echo.context", by: face, in: other)) == eve)
      HostExtensions.actor.free(face.pointer, other)
    }
    host.turn { late.allSatisfy { !$0.ends.isEmpty } }
    for (index, heard) in late.enumerated() {
      #expect(heard.ends == ["answer"] && heard.releases == 1)
      #expect(heard.text == "\((index + 1) % 5)")
    }
    HostExtensions.actor.free(face.pointer, context)
  }

  @Test func aPluginThatStopsInBetweenLeavesNobodysNameBehind() throws {
    let (host, face) = try started()
    let context = try #require(face.faceContext(actor: ada, rights: nil))
    let open = [
      Heard.call("echo.never", by: face, in: context),
      Heard.call("echo.slow", #"{"ms":60000}"#, by: face, in: context),
    ]
    let echo = try #require(host.host.lifecycle.plugin("echo"))
    host.host.lifecycle.retire(echo, Failure(.internal, "the test ends it"))
    host.turn { open.allSatisfy { !$0.ends.isEmpty } }
    for heard in open { #expect(heard.ends.count == 1 && heard.ends != ["answer"] && heard.releases == 1) }
    HostExtensions.actor.free(face.pointer, context)
    for _ in 0..<10 {
      let other = try #require(face.faceContext(actor: eve, rights: nil))
      let heard = Heard.call("plain.run", by: face, in: other)
      #expect(heard.ends == ["answer"] && heard.releases == 1)
      let refused = Heard.call("echo.context", by: face, in: other)
      #expect(refused.ends == ["unavailable"] || refused.ends == ["not_found"])
      HostExtensions.actor.free(face.pointer, other)
    }
    for heard in open { #expect(heard.ends.count == 1, "nothing comes after the end") }
  }

  @Test func whoAnswersTwiceAnswersNobodyElse() throws {
    let (host, face) = try started("answers-twice")
    for _ in 0..<10 {
      let one = try #require(face.faceContext(actor: ada, rights: nil))
      let other = try #require(face.faceContext(actor: eve, rights: nil))
      let twice = Heard.call("answers_twice.run", by: face, in: one)
      #expect(actor(of: Heard.call("echo.context", by: face, in: other)) == eve)
      #expect(twice.ends == ["answer"] && twice.text == "null" && twice.releases == 1)
      HostExtensions.actor.free(face.pointer, one)
      HostExtensions.actor.free(face.pointer, other)
    }
    #expect(host.host.lifecycle.plugin("answers-twice")?.accounts.faults == 10)
  }
}

/// What a plugin hears of a call that it makes, by the C functions.
final class Heard {
  private(set) var id: UInt64 = 0
  /// How it ended: `answer`, or the status of its failure. More than one is a fault of the host.
  private(set) var ends: [String] = []
  private(set) var text: String?
  private(set) var releases = 0

  /// Makes a call that may answer at once.
  static func call(
    _ method: String, _ arguments: String = "{}", by plugin: Plugin, in context: UnsafeMutablePointer<orch_ctx>
  ) -> Heard {
    let heard = Heard()
    var options = orch_call_options()
    options.size = UInt32(MemoryLayout<orch_call_options>.size)
    options.flags = UInt32(ORCH_CALL_INLINE_OK)
    orch_str.with(method) { method in
      orch_str.with(arguments) { arguments in
        HostVerbs.table.pointee.call(
          plugin.pointer, context, method, arguments, &options, heard.callback, &heard.id)
      }
    }
    return heard
  }

  /// Holds this object until it is released.
  var callback: orch_reply_cb {
    orch_reply_cb(
      fn: { me, reply in
        guard let me, let reply = reply?.pointee else { return }
        Unmanaged<Heard>.fromOpaque(me).takeUnretainedValue().hear(reply)
      }, ud: Unmanaged.passRetained(self).toOpaque(),
      release: { me in
        guard let me else { return }
        Unmanaged<Heard>.fromOpaque(me).takeRetainedValue().releases += 1
      })
  }

  private func hear(_ reply: orch_reply) {
    if reply.kind == UInt32(ORCH_REPLY_CHUNK) { return }
    if releases > 0 { ends.append("after the release") }
    ends.append(reply.kind == UInt32(ORCH_REPLY_END) ? "answer" : Status(code: reply.status).name)
    text = reply.body.map { String(decoding: $0.pointee.bytes, as: UTF8.self) }
  }
}
