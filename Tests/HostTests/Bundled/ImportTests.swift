import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Imports of many batches of the bundled plugin core, over the real storage.
@Suite struct ImportTests {
  /// Lines of our own format, one for each task.
  private func lines(_ numbers: some Sequence<Int>, title: String) -> String {
    numbers.map { number -> String in
      let task: JSON = [
        "id": .string("source-\(number)"), "title": .string("\(title) \(number)"), "priority": "low",
        "assignee": .string("person\(number % 7)"),
      ]
      return task.text + "\n"
    }.joined()
  }

  private func run(_ host: TestHost, _ content: String) throws -> JSON {
    try host.answer("imports.run", ["format": "json", "content": .string(content)])
  }

  @Test func importsASourceOnceAlthoughSeveralBatchesHaveIt() throws {
    let host = try TestHost.withCore()
    let content = lines(1...900, title: "first") + lines(1...900, title: "second") + lines(500...1000, title: "third")
    let counts = try run(host, content)["counts"]
    #expect(counts?["tasksCreated"] == 1000)
    #expect(try host.answer("tasks.get", ["id": "ORC-1000"])["title"] == "third 1000")
    #expect(try host.call("tasks.get", #"{"id":"ORC-1001"}"#).status == .notFound)
    let again = try run(host, content)["counts"]
    #expect(again?["tasksUnchanged"] == 1000)
    #expect(again?["tasksUpdated"] == 0)
    let changed = try run(host, lines(1...1000, title: "fourth"))["counts"]
    #expect(changed?["tasksUpdated"] == 1000)
    #expect(try host.answer("tasks.get", ["id": "ORC-499"])["title"] == "fourth 499")
  }

  @Test func losesNothingThatOthersChangeMeanwhile() throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededGenerator(seed: seed)
    let host = try TestHost.withCore()
    _ = try run(host, lines(1...1500, title: "old"))
    var outcome: JSON?
    var failure: Failure?
    let content: JSON = ["format": "json", "content": .string(lines(1...1500, title: "new"))]
    host.host.call("imports.run", content.bytes, as: "user:importer") { reply in
      switch reply {
      case .chunk: break
      case .end(let bytes): outcome = try? JSON(parsing: bytes)
      case .failure(let error, _): failure = error
      }
    }
    var changed: Set<Int> = []
    while outcome == nil, failure == nil {
      let number = Int.random(in: 1...1500, using: &random)
      _ = try host.answer("tasks.update", ["id": .string("ORC-\(number)"), "priority": "critical"])
      changed.insert(number)
    }
    #expect(failure == nil, "seed \(seed)")
    let counts = outcome?["counts"]
    #expect(counts?["tasksUpdated"] == 1500, "\(counts?.text ?? "") seed \(seed)")
    #expect(counts?["tasksCreated"] == 0)
    #expect(outcome?["applied"] == 1500)
    for number in 1...1500 {
      let task = try host.answer("tasks.get", ["id": .string("ORC-\(number)")])
      #expect(task["title"]?.string == "new \(number)", "seed \(seed)")
      #expect(task["priority"] == (changed.contains(number) ? "critical" : "low"), "\(number), seed \(seed)")
    }
  }

  @Test func isAnsweredOnceWhenStorageGoesAwayInItsMiddle() throws {
    let host = try TestHost.withCore()
    let begun = try host.answer("imports.begin", ["format": "json"])
    let id = begun["id"] ?? .null
    var outcomes = 0
    let content: JSON = ["id": id, "offset": 0, "content": .string(lines(1...1200, title: "a"))]
    host.host.call("imports.feed", content.bytes, as: "user:importer") { reply in
      if case .failure = reply { outcomes += 1 }
      if case .end = reply { outcomes += 1 }
    }
    // Storage goes away in the middle of it.
    host.stop()
    #expect(outcomes == 1)
  }
}
