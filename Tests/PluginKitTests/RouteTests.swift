import CPluginSDK
import PluginKit
import PluginTesting
import Testing

/// Raw routes, by the example of the documentation.
@Suite struct RouteTests {
  @Test func answersAtOnce() async throws {
    try await FakeHost.run(boardEntry) { host in
      let request = host.request("GET /board/hello/Ada%20L?x=1")
      #expect(request.code == 200 && request.isEnded)
      #expect(request.headers == ["Content-Type: text/plain"])
      #expect(request.body == "hello Ada L\n")
      #expect(host.request("GET /board/none").code == 404)
    }
  }

  @Test func speaksWithAllOnAChannel() async throws {
    try await FakeHost.run(boardEntry) { host in
      #expect(host.request("GET /board/live").code == 426)
      let (ada, bob) = (host.connect("/board/live"), host.connect("/board/live"))
      #expect(ada.code == 101)
      ada.message("hällo")
      bob.close(1001)
      ada.message("anybody?")
      #expect(ada.sent == ["hällo", "anybody?"])
      #expect(bob.sent == ["hällo"])
      #expect(ada.closedWith == 0)
    }
  }

  @Test func readsABodyWhileItComes() async throws {
    try await FakeHost.run(boardEntry) { host in
      let whole = host.request("POST /board/size", body: "12345")
      host.settle()
      #expect(whole.body == "5\n")
      let upload = host.request("POST /board/size", body: nil)
      for part in ["123", "45", "6789"] { upload.send(part) }
      #expect(upload.code == 0)
      upload.finish()
      host.settle()
      #expect(upload.body == "9\n")
    }
  }

  @Test func whoWaitsForABodyThatBreaksOffGoesOn() async throws {
    try await FakeHost.run(boardEntry) { host in
      let gone = host.request("POST /board/size", body: nil)
      gone.send("123")
      gone.cancel()
      host.settle()
      #expect(gone.code == 0)
      // Waits still when the plugin stops: it is let go of, and with it the exchange.
      host.request("POST /board/size", body: nil).send("123")
    }
  }

  /// A plugin whose routes do what a test says.
  final class Other: Plugin {
    static let id = "other"
    static let version = "1.0.0"
    let host: Host
    static var log: [String] = []
    static var kept: RetainedExchange?

    init(host: Host, config: JSONValue) { self.host = host }

    func start() throws {
      Other.log = []
      try host.route("GET /busy") { $0.respond(Failure(.resourceExhausted, "full"), retryAfter: 1500) }
      try host.route("GET /stream") { exchange in
        let kept = exchange.retain()
        kept.exchange.whenCancelled { Other.log.append("cancelled") }
        kept.exchange.begin(200)
        @Loop func go() {
          while kept.exchange.write(Array("tick ".utf8)) == .ok {
            Other.log.append("tick")
            if Other.log.count == 3 {
              kept.exchange.end()
              return
            }
          }
          kept.exchange.whenWritable { go() }
        }
        go()
      }
      try host.route("PUT /sum", [.streamed]) { exchange in
        var bytes = 0
        let kept = exchange.retain()
        exchange.readBody {
          bytes += $0.bytes.count
        } done: { result in
          switch result {
          case .success: kept.exchange.respond(200, [], "\(bytes)")
          case .failure(let failure): Other.log.append("\(failure.status) after \(bytes)")
          }
        }
      }
      try host.route("GET /gone") { [unowned self] exchange in
        Other.kept = exchange.retain()
        host.post { Other.kept = nil }
      }
      let route = try host.route("GET /once") { exchange in
        Other.kept = exchange.retain()
      }
      try host.route("DELETE /once") { exchange in
        route.remove()
        exchange.respond(204)
      }
    }
  }

  @Test func answersInPartsAndWithFailures() async throws {
    try await FakeHost.run({ Other.entry($0) }) { host in
      let busy = host.request("GET /busy")
      #expect(busy.code == 429 && busy.headers == ["Retry-After: 2"] && busy.body == "full")
      let stream = host.request("GET /stream")
      #expect(stream.body == "tick tick tick " && stream.isEnded)
      let sum = host.request("PUT /sum", body: nil)
      sum.send("123")
      sum.send("45")
      sum.finish()
      #expect(sum.body == "5")
      let broken = host.request("PUT /sum", body: nil)
      broken.send("123")
      broken.cancel()
      #expect(Other.log.last == "cancelled after 3")
    }
  }

  @Test func whatWaitsEndsWithItsRoute() async throws {
    try await FakeHost.run({ Other.entry($0) }) { host in
      let waiting = host.request("GET /once")
      #expect(waiting.code == 0)
      #expect(host.request("DELETE /once").code == 204)
      #expect(waiting.code == 503)
      #expect(Other.kept?.exchange.respond(200) == .failedPrecondition)
      #expect(Other.kept?.exchange.target == "/once")
      Other.kept = nil
      #expect(host.request("GET /once").code == 404)
    }
  }

  @Test func anExchangeThatIsDroppedIsAFault() async {
    await #expect(throws: Failure.self) {
      try await FakeHost.run({ Other.entry($0) }) { host in
        #expect(host.request("GET /gone").code == 500)
      }
    }
  }

  @Test func theExampleOfTheDocumentationIsThisOne() throws {
    #expect(try Documentation.holds("web.md", "Board.swift"))
  }
}
