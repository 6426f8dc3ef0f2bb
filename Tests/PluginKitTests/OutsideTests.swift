import CPluginSDK
import PluginKit
import PluginTesting
import Testing

/// A plugin that reaches outside: child processes, servers, files.
final class Explorer: Plugin {
  static let id = "explorer"
  static let version = "1.0.0"
  static var services: [Service<Explorer>] {
    [
      Service("explorer", version: "1.0.0", doc: "Reaches outside.") {
        Method.async(
          "run", .write, doc: "Runs a program.",
          parameters: [.string("input", "What it reads."), .int("limit", "The most bytes.", defaultValue: 1000)],
          result: .json
        ) { plugin, call in
          let command = ChildCommand(["git", "status"], environment: ["PATH": "/usr/bin", "A": "b=c"], folder: "/tmp")
          let done = try await plugin.host.run(
            command, input: Array(try call.string("input").utf8), outputLimit: Int(try call.int("limit")),
            context: call.context)
          var writer = JSONWriter()
          writer.beginArray()
          writer.string(String(decoding: done.output, as: UTF8.self))
          writer.string(String(decoding: done.errors, as: UTF8.self))
          writer.int(done.end.status)
          writer.bool(done.end.isSuccess)
          writer.endArray()
          call.answer(writer)
        }
        Method.async(
          "stray", .write, doc: "Runs programs that cannot run.", parameters: [.string("argument", "Its argument.")],
          result: .nothing
        ) { plugin, call in
          _ = try await plugin.host.run(
            ChildCommand(["ls", try call.string("argument")], folder: "elsewhere"), context: call.context)
          call.answer()
        }
        Method.async(
          "fetch", .read, doc: "Asks a server.", parameters: [.string("url", "Which one.")], result: .json
        ) { plugin, call in
          let request = WebRequest(
            "POST", try call.string("url"), headers: [("Accept", "text/plain")], body: Array("ping".utf8))
          let reply = try await plugin.host.send(request)
          var writer = JSONWriter()
          writer.beginArray()
          writer.int(Int64(reply.code))
          writer.string(String(decoding: reply.body, as: UTF8.self))
          writer.endArray()
          call.answer(writer)
        }
        Method(
          "follow", .read, doc: "Asks a server, part by part.",
          parameters: [.string("url", "Which one."), .bool("stop", "Whether the first part is enough.")], result: .json
        ) { plugin, call in
          let kept = call.retain()
          let stops = try call.bool("stop")
          var told: [String] = []
          var sent: SentRequest?
          sent = try plugin.host.open(WebRequest("GET", try call.string("url"))) { reply in
            told.append("\(reply.code)")
          } part: { bytes in
            told.append(String(decoding: bytes, as: UTF8.self))
            sent?.pause(true)
            sent?.pause(false)
            if stops { sent?.cancel() }
          } end: { failure in
            told.append(failure.map { "\($0.status)" } ?? "whole")
            var writer = JSONWriter()
            writer.beginArray()
            for text in told { writer.string(text) }
            writer.endArray()
            kept.call.answer(writer)
          }
        }
        Method("watch", .write, doc: "Watches a folder until the first change.", result: .nothing) { plugin, call in
          plugin.watch = try plugin.host.watch("/somewhere") { [unowned plugin] change in
            plugin.changes.append(change)
            plugin.watch?.stop()
          }
          call.answer()
        }
        Method("changes", .read, doc: "What was seen.", result: .json) { plugin, call in
          var writer = JSONWriter()
          writer.beginArray()
          for change in plugin.changes {
            writer.string(change.name)
            writer.bool(change.kinds.contains(.renamed))
            writer.bool(change.kinds.contains(.changed))
          }
          writer.endArray()
          call.answer(writer)
        }
      }
    ]
  }

  private let host: Host
  private var watch: FileWatch?
  private var changes: [FileChange] = []

  init(host: Host, config: JSONValue) { self.host = host }
}

@c(orch_plugin_explorer) @Loop
public func explorerEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Explorer.entry(host)
}

@Suite struct OutsideTests {
  @Test func runsAProgramToItsEnd() async throws {
    try await FakeHost.run(explorerEntry) { host throws in
      host.answerCommands(output: "clean\n", errors: "warning\n", status: 3)
      #expect(try host.call("explorer.run", ["input": "yes"]) == ["clean\n", "warning\n", 3, false])
      #expect(host.commands == ["git status\nyes"])
      host.answerCommands(output: "", errors: "", status: 0)
      #expect(try host.call("explorer.run", ["input": ""]) == ["", "", 0, true])
    }
  }

  @Test func stopsAProgramThatWritesTooMuch() async throws {
    try await FakeHost.run(explorerEntry) { host in
      host.answerCommands(output: "12345678", errors: "90", status: 0)
      let failure = failure { () throws(Failure) in try host.call("explorer.run", ["input": "", "limit": 9]) }
      #expect(failure == Failure(.resourceExhausted, "git wrote more than 9 bytes"))
    }
  }

  @Test func refusesInputThatTheHostRefuses() async throws {
    try await FakeHost.run(explorerEntry) { host in
      let input = String(repeating: "x", count: 2 << 20)
      let failure = failure { () throws(Failure) in try host.call("explorer.run", ["input": .string(input)]) }
      #expect(failure?.status == .resourceExhausted)
    }
  }

  @Test func tellsWhyAProgramWasNotStarted() async throws {
    try await FakeHost.run(explorerEntry) { host in
      let refused = failure { () throws(Failure) in try host.call("explorer.stray", ["argument": "a"]) }
      #expect(refused == Failure(.invalidArgument, "spawn needs arguments and an absolute working folder"))
      let cut = failure { () throws(Failure) in try host.call("explorer.stray", ["argument": "a\u{0}b"]) }
      #expect(cut?.status == .invalidArgument)
      #expect(host.commands.isEmpty)
    }
  }

  @Test func asksAServer() async throws {
    try await FakeHost.run(explorerEntry) { host throws in
      host.answerRequests(code: 404, body: "nothing here")
      #expect(try host.call("explorer.fetch", ["url": "http://a.example/x"]) == [404, "nothing here"])
      #expect(host.requests == ["POST http://a.example/x\nping"])
    }
  }

  @Test func readsAReplyInParts() async throws {
    try await FakeHost.run(explorerEntry) { host throws in
      host.answerRequests(code: 200, body: "data: 12345678")
      let whole = try host.call("explorer.follow", ["url": "http://a.example", "stop": false])
      #expect(whole == ["200", "data: 1", "2345678", "whole"])
      let part = try host.call("explorer.follow", ["url": "http://a.example", "stop": true])
      #expect(part == ["200", "data: 1", "cancelled"])
    }
  }

  @Test func tellsOfChangesUntilItIsStopped() async throws {
    try await FakeHost.run(explorerEntry) { host throws in
      try host.call("explorer.watch")
      #expect(host.change("/elsewhere", "a.txt", [.renamed]) == 0)
      #expect(host.change("/somewhere", "a.txt", [.renamed]) == 1)
      #expect(host.change("/somewhere", "b.txt", [.changed]) == 0)
      #expect(try host.call("explorer.changes") == ["a.txt", true, false])
    }
  }
}
