import CPluginSDK
import Testing

@testable import HTTPPlugin

@Suite struct SessionTests {
  let site: TestSite

  init() throws { site = try TestSite() }

  @Test func callsMethodsAndAnswersInOneFormatForAll() {
    let client = TestSiteSocket(site)
    site.host.answer = { method, _ in
      switch method {
      case "tasks.get": .answer(#"{"id":"x"}"#)
      case "tasks.none": .answer("")
      case "tasks.bad": .failure(.invalidArgument, "no")
      case "tasks.gone": .failure(.notFound, "no task", plugin: "core")
      default: .failure(.notFound, "no method", plugin: "host")
      }
    }
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"tasks.get","params":{"id":"x"}}"#)
    client.send(#"{"jsonrpc":"2.0","id":"b","method":"tasks.none"}"#)
    #expect(
      client.take() == [#"{"jsonrpc":"2.0","id":1,"result":{"id":"x"}}"#, #"{"jsonrpc":"2.0","id":"b","result":null}"#])
    #expect(site.host.calls == [#"user:local tasks.get {"id":"x"}"#, "user:local tasks.none {}"])
    for (method, code) in [("tasks.bad", -32602), ("tasks.gone", 1005), ("nope", -32601)] {
      client.send(#"{"jsonrpc":"2.0","id":2,"method":"\#(method)"}"#)
      #expect(client.take()[0].hasPrefix(#"{"jsonrpc":"2.0","id":2,"error":{"code":\#(code),"message":""#))
    }
    #expect(site.host.contexts == 0)
  }

  @Test func answersNotificationsWithNothing() {
    let client = TestSiteSocket(site)
    client.send(#"{"jsonrpc":"2.0","method":"tasks.get"}"#)
    client.send(#"{"jsonrpc":"2.0","method":"subscribe","params":{"topics":["a"]}}"#)
    #expect(client.received == [])
    #expect(site.host.calls.count == 1)
    #expect(site.host.subscribed == ["a - "])
  }

  @Test func answersABatchTogetherWhenAllIsThere() {
    let client = TestSiteSocket(site)
    site.host.answer = { method, _ in method == "slow.call" ? .later : .answer("1") }
    client.send(
      #"[{"jsonrpc":"2.0","id":1,"method":"slow.call"},{"jsonrpc":"2.0","id":2,"method":"a.b"},5,"#
        + #"{"jsonrpc":"2.0","method":"a.b"}]"#)
    #expect(client.received == [])
    site.host.finish(site.host.lastCall - 2, with: .answer("0"))
    site.settle()
    let reply = client.take()
    #expect(reply.count == 1)
    #expect(
      reply[0].hasPrefix(#"[{"jsonrpc":"2.0","id":2,"result":1},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"#))
    #expect(reply[0].hasSuffix(#"{"jsonrpc":"2.0","id":1,"result":0}]"#))
    client.send(#"[{"jsonrpc":"2.0","method":"a.b"}]"#)
    #expect(client.received == [])
  }

  @Test func answersWhatIsNoRequest() {
    let client = TestSiteSocket(site)
    client.send("{")
    client.send("[]")
    #expect(
      client.received.map { $0.prefix(45) } == [
        #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700"#.prefix(45),
        #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600"#.prefix(45),
      ])
  }

  @Test func streamsChunksBeforeTheReply() {
    let client = TestSiteSocket(site)
    site.host.answer = { _, _ in .later }
    client.send(#"{"jsonrpc":"2.0","id":"w","method":"tasks.watch"}"#)
    site.host.chunk(site.host.lastCall, "[1]")
    site.host.finish(site.host.lastCall, with: .answer("null"))
    site.settle()
    #expect(
      client.received == [
        #"{"jsonrpc":"2.0","method":"chunk","params":{"call":"w","data":[1]}}"#,
        #"{"jsonrpc":"2.0","id":"w","result":null}"#,
      ])
    #expect(site.host.credited == 3)
  }

  @Test func cancelsCallsAndSubscriptionsOfAClientThatGoes() {
    let client = TestSiteSocket(site)
    site.host.answer = { _, _ in .later }
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"a.b"}"#)
    let call = site.host.lastCall
    client.send(#"{"jsonrpc":"2.0","id":2,"method":"subscribe","params":{"topics":["a"]}}"#)
    client.connection.receiveEnd()
    #expect(site.host.cancelled == [call])
    #expect(site.host.unsubscribed == [site.host.lastCall])
    site.host.finish(call, with: .failure(.cancelled, ""))
    site.host.deliver("a", "1")
    #expect(site.host.contexts == 0)
  }

  @Test func boundsTheCallsUnderWay() {
    let client = TestSiteSocket(site)
    site.host.answer = { _, _ in .later }
    for id in 0..<256 { client.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"a.b"}"#) }
    #expect(client.received == [])
    client.send(#"{"jsonrpc":"2.0","id":256,"method":"a.b"}"#)
    #expect(client.received[0].hasPrefix(#"{"jsonrpc":"2.0","id":256,"error":{"code":1008,"#))
  }

  // MARK: Subscriptions

  @Test func deliversEventsToSubscribers() {
    let client = TestSiteSocket(site)
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["task:*","sprint:*"]}}"#)
    let id = 1
    #expect(
      client.take() == [#"{"jsonrpc":"2.0","id":1,"result":{"subscription":\#(id),"log":"log-1","seq":41,"low":5}}"#])
    site.host.deliver("task:created", #"{"id":"x"}"#, seq: 42)
    site.host.deliver("claude:output", #""text""#)
    site.settle()
    let time = #""time":"2023-11-14T22:13:20.123Z","source":"core""#
    #expect(
      client.take() == [
        #"{"jsonrpc":"2.0","method":"event","params":{"subscription":\#(id),"seq":42,"topic":"task:created",\#(time),"data":{"id":"x"}}}"#,
        #"{"jsonrpc":"2.0","method":"event","params":{"subscription":\#(id),"topic":"claude:output",\#(time),"data":"text"}}"#,
      ])
    site.host.deliver("", "", seq: 9, kind: ORCH_EVENT_RESYNC)
    site.host.deliver("", "", seq: 8, kind: ORCH_EVENT_LOST, from: 6)
    site.settle()
    #expect(
      client.take() == [
        #"{"jsonrpc":"2.0","method":"resync","params":{"subscription":\#(id),"log":"log-2","seq":9}}"#,
        #"{"jsonrpc":"2.0","method":"lost","params":{"subscription":\#(id),"from":6,"to":8}}"#,
      ])
    client.send(#"{"jsonrpc":"2.0","id":2,"method":"unsubscribe","params":{"subscription":\#(id)}}"#)
    #expect(client.take() == [#"{"jsonrpc":"2.0","id":2,"result":null}"#])
    #expect(site.host.unsubscribed == [site.host.lastCall])
    client.send(#"{"jsonrpc":"2.0","id":3,"method":"unsubscribe","params":{"subscription":\#(id)}}"#)
    #expect(client.take()[0].contains("\"code\":1005"))
  }

  @Test func clientsWithTheSameTopicsShareASubscription() {
    let clients = (0..<3).map { _ in TestSiteSocket(site) }
    for client in clients { client.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#) }
    #expect(site.host.subscribed == ["a - "])
    site.host.deliver("a", "1", seq: 50)
    site.settle()
    for client in clients { #expect(client.received.count == 2) }
    let late = TestSiteSocket(site)
    late.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#)
    #expect(late.received[0].contains("\"seq\":50"))
    for client in clients + [late] { client.connection.receiveEnd() }
    #expect(site.host.unsubscribed.count == 1)
  }

  @Test func aReplayOrASecondSubscriptionIsItsOwn() {
    let client = TestSiteSocket(site)
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#)
    client.send(#"{"jsonrpc":"2.0","id":2,"method":"subscribe","params":{"topics":["a"]}}"#)
    client.send(#"{"jsonrpc":"2.0","id":3,"method":"subscribe","params":{"topics":["a"],"since":7,"log":"l"}}"#)
    #expect(site.host.subscribed == ["a - ", "a - ", "a 7 l"])
    site.host.deliver("a", "1")
    site.settle()
    #expect(client.received.count == 6)
  }

  @Test(arguments: [
    "", #","params":{}"#, #","params":{"topics":"a"}"#, #","params":{"topics":[]}"#, #","params":{"topics":[1]}"#,
    #","params":{"topics":["a"],"since":-1}"#, #","params":{"topics":["a"],"since":"x"}"#,
    #","params":{"topics":["a"],"log":5}"#, #","params":{"topics":["a"],"sinze":1}"#, #","params":{"topics":["bad"]}"#,
  ]) func refusesAWishThatIsNone(params: String) {
    let client = TestSiteSocket(site)
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe"\#(params)}"#)
    #expect(client.received[0].hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"#))
    #expect(site.host.subscribed == [])
    #expect(site.host.contexts == 0)
  }

  @Test func tellsASlowClientWhatItLost() {
    let client = TestSiteSocket(site)
    let quick = TestSiteSocket(site)
    for socket in [client, quick] {
      socket.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#)
      socket.received = []
    }
    client.isReading = false
    let data = "\"" + String(repeating: "d", count: 3000) + "\""
    for seq in 50..<60 as Range<UInt64> {
      site.host.deliver("a", data, seq: seq)
      site.settle()
    }
    #expect(quick.received.count == 10)
    client.isReading = true
    client.flush()
    site.settle()
    #expect(client.received.count == 5)
    #expect(client.received[3].contains("\"seq\":53"))
    #expect(client.received[4].hasSuffix(#""from":54,"to":59}}"#))
    site.host.deliver("a", "1", seq: 60)
    site.settle()
    #expect(client.received.count == 6)
  }

  @Test func ephemeralEventsThatWereLostAreToldApart() {
    let client = TestSiteSocket(site)
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#)
    client.isReading = false
    let data = "\"" + String(repeating: "d", count: 11_000) + "\""
    for seq in [50, 51, 0] as [UInt64] { site.host.deliver("a", data, seq: seq) }
    client.isReading = true
    client.flush()
    site.settle()
    #expect(client.received.count == 4)
    #expect(
      client.received.suffix(2).map { $0.suffix(19) }
        == [#"1,"from":51,"to":51}}"#, #"1,"from":0,"to":0}}"#].map { $0.suffix(19) })
  }
}
