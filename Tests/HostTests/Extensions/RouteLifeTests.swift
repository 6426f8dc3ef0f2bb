import CHost
import Testing

@testable import OrchestronHost

/// Requests and WebSockets that last longer than the plugin that answers them. Each function of the fixture `web-guest`
/// touches its instance: one that comes too late ends the process.
@Suite final class RouteLifeTests {
  private let host: TestHost
  private let guest: Plugin
  private let server: StubServer

  init() throws {
    host = try TestHost([try Fixtures.path("plain"), try Fixtures.path("web-guest")])
    try host.start()
    guest = try #require(host.host.lifecycle.plugin("web-guest"))
    server = StubServer(try #require(host.host.lifecycle.plugin("plain")))
  }

  private func releases() throws -> Int64? { try host.call("web_guest.seen").answer?.int }

  @Test func handsOnWhatIsDoneWithAnExchange() throws {
    let served = try #require(server.run("GET /later"))
    #expect(served.status == .ok)
    #expect(served.holds == 1, "the plugin keeps it")
    #expect(served.tasks.keys.sorted() == ["cancel", "readable", "writable"])
    for name in served.tasks.keys { served.fire(name) }
    #expect(try releases() == 0)
    served.release()
    #expect(try releases() == 3)
    #expect(served.log == [])
    host.stop()
    #expect(served.log == ["fail:14"])
    #expect(served.holds == 0)
  }

  @Test func aHandlerThatTakesItsOwnRouteAwayStillAnswers() throws {
    let served = try #require(server.run("GET /once"))
    #expect(served.log == ["respond:200"])
    #expect(served.holds == 0)
    #expect(server.run("GET /once") == nil)
  }

  @Test func handsOnWhatHappensOnASocket() throws {
    let served = try #require(server.run("GET /socket"))
    #expect(served.log == ["upgrade"])
    #expect(served.holds == 0, "the exchange ends with the handshake")
    served.receive("hello")
    served.drain()
    served.receive("close")
    #expect(served.log == ["upgrade", "send:hello", "close:4000 as you wish", "send:close"])
    served.close(4000)
    served.release()
    #expect(try releases() == 1)
    host.stop()
    #expect(served.log.count == 4, "what has ended is not ended again")
  }

  @Test func whatWaitsForAPluginThatStopsIsEndedBeforeItsInstanceIs() throws {
    let (later, stream, socket) = (server.run("GET /later"), server.run("GET /stream"), server.run("GET /socket"))
    host.stop()
    #expect(guest.instance == nil)
    #expect(later?.log == ["fail:14"])
    #expect(stream?.log == ["begin", "abort"])
    #expect(socket?.log == ["upgrade", "close:1001 its plugin has stopped"])
    // The server hears of it by an event, and till then goes on.
    for served in [later, stream].compactMap({ $0 }) {
      for name in served.tasks.keys { served.fire(name) }
      served.release()
      #expect(served.holds == 0)
    }
    socket?.receive("hello")
    socket?.drain()
    socket?.close(1001)
    socket?.release()
    #expect(socket?.log.count == 2)
  }

  @Test func aMessageHandlerThatThrowsTakesItsPluginOut() throws {
    let (later, first, second) = (server.run("GET /later"), server.run("GET /socket"), server.run("GET /socket"))
    first?.receive("throw")
    #expect(guest.state == .failed)
    #expect(host.logged("a message of a WebSocket of GET /socket threw: cannot hear that"))
    second?.receive("hello")
    later?.fire("cancel")
    #expect(second?.log == ["upgrade"], "nobody knows what state it is in")
    host.turn { guest.instance == nil }
    for socket in [first, second] {
      #expect(socket?.log == ["upgrade", "close:1001 its plugin has stopped"])
      socket?.receive("hello")
      socket?.close(1001)
      socket?.release()
    }
    #expect(later?.log == ["fail:14"])
    later?.fire("cancel")
    later?.release()
    #expect(server.run("GET /socket") == nil)
    #expect(try host.call("plain.run").status == .ok)
  }

  @Test func whoHoldsTheLoopInAMessageIsNamed() throws {
    let before = guest.accounts
    let served = try #require(server.run("GET /socket"))
    served.receive("sleep")
    #expect(guest.accounts.longTurns == before.longTurns + 1)
    #expect(guest.accounts.loopTime > before.loopTime + 25_000_000)
    #expect(host.logged("in a message of a WebSocket of GET /socket"))
    served.release()
  }

  @Test func aRouteThatGoesWhileItsFunctionRunsIsReleasedAfterIt() throws {
    let served = try #require(server.run("GET /socket"))
    served.receive("leave")
    #expect(served.log == ["upgrade", "close:1001 its plugin has stopped", "send:leave"])
    #expect(try releases() == 1)
    served.receive("hello")
    served.close(1001)
    served.release()
    #expect(try releases() == 1)
    #expect(served.log.count == 3)
  }
}
