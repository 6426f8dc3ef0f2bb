import PluginKit
import Testing

@testable import HTTPPlugin

/// What clients ask for beside the call itself: less of the answer, and an answer in time.
@Suite struct PreferenceTests {
  let site: TestSite

  init() throws {
    site = try TestSite()
    site.host.answer = { _, _ in .answer(#"{"id":"x","revision":7,"title":"t"}"#) }
  }

  // MARK: Prefer

  @Test func answersAChangeWithoutTheEntityWhenThatIsPreferred() {
    let reply = site.send("PATCH /api/tasks/x/status", headers: ["Prefer: return=minimal"], body: "{}")
    #expect(reply.status == 204 && reply.body == "")
    #expect(reply.headers["ETag"] == #""7""#)
    #expect(reply.headers["Preference-Applied"] == "return=minimal")
    #expect(reply.headers["Vary"] == "Prefer")
    #expect(reply.headers["Content-Type"] == nil)
  }

  @Test func answersACreateWithItsAddressAlone() {
    let reply = site.send("POST /api/tasks", headers: ["Prefer: return=minimal"], body: "{}")
    #expect(reply.status == 201 && reply.body == "")
    #expect(reply.headers["Location"] == "/api/tasks/x" && reply.headers["ETag"] == #""7""#)
    #expect(reply.headers["Content-Length"] == "0")
  }

  @Test func saysThatItAnswersWithTheEntity() {
    let reply = site.send("POST /api/tasks", headers: ["Prefer: return=representation"], body: "{}")
    #expect(reply.status == 201 && reply.body.contains(#""title""#))
    #expect(reply.headers["Preference-Applied"] == "return=representation")
    #expect(site.send("POST /api/tasks", body: "{}").headers["Preference-Applied"] == nil)
  }

  @Test func aQuestionIsAnsweredWhateverIsPreferred() {
    let reply = site.send("GET /api/tasks/x", headers: ["Prefer: return=minimal"])
    #expect(reply.status == 200 && reply.headers["Preference-Applied"] == nil)
  }

  @Test func aFailureIsToldInFull() {
    site.host.answer = { _, _ in .failure(.notFound, "no task x") }
    let reply = site.send("PATCH /api/tasks/x/status", headers: ["Prefer: return=minimal"], body: "{}")
    #expect(reply.status == 404 && reply.body.contains("no task x"))
  }

  @Test(
    arguments: [
      ("return=minimal", "minimal -"), ("Return=minimal", "minimal -"), (#"return="minimal""#, "minimal -"),
      ("return = minimal ; x=y", "minimal -"), ("respond-async, return=minimal, wait=10", "minimal 10"),
      ("return=minimal, return=representation", "minimal -"), ("return=Minimal", "- -"), ("return", "- -"),
      ("wait=5, wait=6", "- 5"), ("wait=0", "- -"), ("wait=-1", "- -"), ("wait=1.5", "- -"), ("wait=", "- -"),
      ("wait=99999999999999999999", "- -"), ("handling=lenient", "- -"), ("", "- -"), (",;=,", "- -"),
    ] as [(String, String)]) func readsPreferences(value: String, expected: String)
  {
    var seen = ""
    let server = TestServer { exchange in
      let preferences = Preferences(exchange)
      let returns = preferences.returns.map { "\($0)" } ?? "-"
      seen = "\(returns) \(preferences.wait.map(String.init) ?? "-")"
      exchange.respond(.noContent)
    }
    server.connect().send("GET / HTTP/1.1\r\nHost: a\r\nPrefer: \(value)\r\n\r\n")
    #expect(seen == expected)
  }

  @Test func readsPreferencesOfSeveralLines() {
    let headers = ["Prefer: wait=3", "Prefer: return=minimal"]
    let reply = site.send("PATCH /api/tasks/x/status", headers: headers, body: "{}")
    #expect(reply.status == 204)
    #expect(site.host.timeouts == [3000])
  }

  // MARK: Time

  @Test func theClientsTimeShortensThatOfTheCall() {
    _ = site.send("GET /api/tasks/x", headers: ["Prefer: wait=2"])
    _ = site.send("GET /api/tasks/x", headers: ["Prefer: wait=30"])
    _ = site.send("GET /api/tasks/x", headers: ["Prefer: wait=3600"])
    _ = site.send("GET /api/tasks/x")
    _ = site.send("POST /api/services/tasks/hidden", headers: ["Prefer: wait=1"])
    #expect(site.host.timeouts == [2000, 30_000, 30_000, 30_000, 1000])
  }

  @Test func aStreamWhoseClientGoesIsCancelled() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
    site.host.chunk(site.host.lastCall, "1")
    site.settle()
    client.endInput()
    #expect(site.host.cancelled == [site.host.lastCall])
    site.host.finish(site.host.lastCall, with: .failure(.cancelled, "the caller gave up"))
    #expect(site.host.contexts == 0)
  }

  // MARK: Fields

  @Test func answersTheFieldsThatWereAskedFor() {
    #expect(site.send("GET /api/tasks/x?fields=title,id").body == #"{"id":"x","title":"t"}"#)
    #expect(site.send("GET /api/tasks/x?fields=id&fields=title").body == #"{"id":"x","title":"t"}"#)
    #expect(site.send("GET /api/tasks/x?fields=%69d,%20title").body == #"{"id":"x","title":"t"}"#)
    #expect(site.send("GET /api/tasks/x?fields=id").headers["ETag"] == #""7""#)
    #expect(site.host.calls.allSatisfy { $0 == #"user:local tasks.get {"id":"x"}"# })
  }

  @Test func answersTheFieldsOfEachItemOfAList() {
    site.host.answer = { _, _ in
      .answer(#"{"items":[{"id":"1","title":"a"},{"title":"b","id":"2"},3,{}],"next":"c","total":4}"#)
    }
    let reply = site.send("GET /api/tasks?limit=4&fields=id")
    #expect(reply.body == #"{"items":[{"id":"1"},{"id":"2"},3,{}],"next":"c","total":4}"#)
    #expect(reply.headers["Link"] == #"</api/tasks?limit=4&fields=id&cursor=c>; rel="next""#)
    #expect(site.host.calls == [#"user:local tasks.list {"limit":4}"#])
  }

  @Test func leavesAloneWhatIsNoEntity() {
    for answer in ["[1]", "3", #""x""#] {
      site.host.answer = { _, _ in .answer(answer) }
      #expect(site.send("GET /api/tasks/x?fields=id").body == answer)
    }
  }

  @Test func refusesFieldsThatAreNotThereBeforeAnythingIsDone() {
    let reply = site.send("POST /api/tasks?fields=id,owner", body: "{}")
    #expect(reply.status == 400)
    #expect(reply.body.contains("tasks.create answers no field owner; there are id, title."))
    #expect(reply.body.contains(#""path":"/fields""#) && reply.body.contains(#""allowed":["id","title"]"#))
    #expect(site.send("GET /api/tasks?fields=").status == 400)
    #expect(site.send("GET /api/tasks?fields=,").status == 400)
    #expect(site.host.calls.isEmpty)
  }

  @Test func anArgumentOfThatNameStaysOne() {
    site.host.services = #"""
      {"items":[{"name":"n","methods":[{"name":"m","route":"GET /api/n","params":[{"name":"fields","type":"s"}],
      "result":{"type":"j"}}]}]}
      """#
    site.app.catalog.isStale = true
    #expect(site.send("GET /api/n?fields=id").body.contains("title"))
    #expect(site.host.calls == [#"user:local n.m {"fields":"id"}"#])
  }

  @Test func knowsTheFieldsOfListsAndOfWhatMayBeMissing() {
    let text = #"""
      {"items":[{"name":"n","methods":[
        {"name":"a","route":"GET /a","result":{"type":"j","schema":{"properties":{
          "items":{"items":{"properties":{"id":{},"key":{}}}},"next":{}}}}},
        {"name":"b","route":"GET /b","result":{"type":"j","schema":{"anyOf":[
          {"type":"object","properties":{"id":{}}},{"type":"null"}]}}},
        {"name":"c","route":"GET /c","result":{"type":"j","schema":{"properties":{"items":{"type":"array"}}}}},
        {"name":"d","route":"GET /d","result":{"type":"j","schema":{}}},
        {"name":"e","route":"GET /e","result":{"type":"v","schema":{}}},
        {"name":"f","route":"GET /f","stream":true,"result":{"type":"j","schema":{"properties":{"id":{}}}}}]}]}
      """#
    let declarations = withBytes(text) { DeclarationReader.read($0).declarations }
    #expect(declarations.map(\.fields) == [["id", "key"], ["id"], ["items"], nil, nil, nil])
    #expect(declarations.map(\.takesFields) == [true, true, true, true, false, false])
  }
}
