import Glibc
import Testing

@testable import OrchestronHost

/// The service `workflows` of the bundled plugin workflow, over the real storage and core.
@Suite struct WorkflowsTests {
  /// A started host with storage, core and workflow.
  private func host(storage folder: String? = nil, programs: [JSON] = []) throws -> TestHost {
    let roots = ["storage", "core", "workflow"].map(Bundled.path)
    let host = try TestHost(roots) { options in
      if folder == nil {
        for part in ["1", ".orchestron"] {
          options.storageFolder += "/\(part)"
          mkdir(options.storageFolder, 0o700)
        }
      }
      options.storageFolder = folder ?? options.storageFolder
      options.plugins["workflow"] = ["commands": ["programs": .array(programs), "folders": ["/tmp"]]]
    }
    if let failure = try host.start() { throw failure }
    return host
  }

  /// Makes an enabled workflow of one stage.
  private func make(
    _ name: String, on trigger: JSON, _ actions: [JSON], condition: String? = nil, in host: TestHost
  ) throws {
    var arguments: JSONObject = [:]
    arguments["name"] = .string(name)
    arguments["triggers"] = [trigger]
    arguments["stages"] = [["name": "stage", "actions": .array(actions)]]
    arguments["condition"] = condition.map(JSON.string)
    arguments["enabled"] = true
    _ = try host.answer("workflows.create", .object(arguments))
  }

  /// The runs of a workflow once there are so many and all have ended, the newest first.
  private func runs(_ workflow: String, count: Int = 1, in host: TestHost) throws -> [JSON] {
    var runs: [JSON] = []
    for _ in 0..<200 {
      runs = try host.answer("workflows.runs", ["workflow": .string(workflow), "limit": 500])["items"]?.array ?? []
      if runs.count >= count, runs.allSatisfy({ $0["status"] != "running" }) { return runs }
      host.turn(upTo: 0.05) { false }
    }
    Issue.record("\(workflow) has \(runs.count) runs: \(runs.map(\.text))")
    return runs
  }

  private static let note: JSON = ["name": "note", "action": "updateTask", "with": ["description": "seen"]]

  @Test func answersEveryExampleAsItsDeclarationSays() throws {
    let host = try host()
    var count = 0
    for service in host.host.registry.all where service.plugin.id == "workflow" {
      for method in service.methods {
        let name = method.declaration.fullName
        #expect(method.declaration.examples?.array?.isEmpty == false, "\(name) has no examples")
        for example in method.declaration.examples?.array ?? [] {
          let outcome = try host.call(name, (example["args"] ?? [:]).text)
          let place = "\(name) \(example["args"]?.text ?? ""): \(outcome.message)"
          #expect(outcome.status.name == example["error"]?.string ?? "ok", "\(place)")
          if let result = example["result"] {
            #expect(outcome.answer?.withoutIdsAndTimes == result.withoutIdsAndTimes, "\(place)")
          }
          count += 1
        }
      }
    }
    #expect(count > 30)
    for plugin in ["workflow", "core", "storage"] { #expect(try host.faults(of: plugin) == 0) }
  }

  @Test func bringsTheBuiltInWorkflowsOnce() throws {
    let host = try host()
    let names = try host.answer("workflows.list")["items"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(names == ["progress-tracking", "status-transitions", "quality-gates", "sprint-automation"])
    _ = try host.answer("workflows.delete", ["id": "quality-gates"])
    host.stop()
    let again = try self.host(storage: host.storageFolder)
    #expect(try again.answer("workflows.list")["items"]?.array?.count == 3)
  }

  @Test func movesATaskWithItsProgress() throws {
    let host = try host()
    _ = try host.answer("workflows.enable", ["id": "status-transitions"])
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "progress": 95])
    let run = try #require(try runs("status-transitions", in: host).first)
    #expect(run["status"] == "completed")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["status"] == "review")
    let workflow = run["workflow"]?.string ?? ""
    #expect(run["actor"]?.string == "workflow:\(workflow)")
    let update = try host.recordedEvents().last { $0.topic == "task:updated" }
    #expect(update?.actor == "workflow:\(workflow)")
    #expect(try host.answer("workflows.get", ["id": "status-transitions"])["enabledBy"] == "user:test")
  }

  @Test func startsOnceForWhatHappenedWithoutIt() throws {
    let host = try host()
    try make("note", on: ["type": "event", "topic": "task:created"], [Self.note], in: host)
    host.stop()
    let alone = try TestHost.withCore(storage: host.storageFolder)
    for _ in 0..<3 { _ = try alone.answer("tasks.create", ["title": "A"]) }
    alone.stop()
    for _ in 0..<2 {
      let again = try self.host(storage: host.storageFolder)
      #expect(try runs("note", count: 3, in: again).count == 3)
      again.stop()
    }
  }

  @Test func endsACircle() throws {
    let host = try host()
    try make(
      "circle", on: ["type": "event", "topic": "task:updated"],
      [["name": "grow", "action": "updateTask", "with": ["title": "${ task.title }x"]]], in: host)
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "B"])
    #expect(try runs("circle", count: 9, in: host).compactMap { $0["depth"]?.int } == [8, 7, 6, 5, 4, 3, 2, 1, 0])
    let stop = try host.recordedEvents().first { $0.topic == "workflow:stopped" }
    #expect(stop?.data["reason"] == "depth")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["title"] == "Bxxxxxxxxx")
  }

  @Test func stopsAWorkflowThatRunsTooOften() throws {
    let host = try host()
    try make("note", on: ["type": "event", "topic": "task:created"], [Self.note], in: host)
    for _ in 0..<105 { _ = try host.answer("tasks.create", ["title": "A"]) }
    #expect(try runs("note", count: 100, in: host).count == 100)
    #expect(try host.recordedEvents().filter { $0.topic == "workflow:stopped" }.count == 1)
  }

  @Test func runsAllowedCommandsAlone() throws {
    let host = try host(programs: ["sh", "sleep"])
    try make(
      "commands", on: ["type": "manual"],
      [
        [
          "name": "echo", "action": "runCommand",
          "with": ["argv": ["sh", "-c", "cat; exit $1", "sh", "${ event.data.status }"], "input": "a;b"],
        ]
      ], in: host)
    _ = try host.answer("workflows.run", ["id": "commands", "data": ["status": 0]])
    let good = try #require(try runs("commands", in: host).first)
    #expect(good["steps"]?[0]?["output"] == ["exitStatus": 0, "stdout": "a;b", "stderr": ""])
    _ = try host.answer("workflows.run", ["id": "commands", "data": ["status": 3]])
    let bad = try #require(try runs("commands", count: 2, in: host).first)
    #expect(bad["error"]?["message"] == "stage / echo: sh ended with exit status 3")

    try make(
      "forbidden", on: ["type": "manual"],
      [["name": "remove", "action": "runCommand", "with": ["argv": ["rm", "x"]]]], in: host)
    _ = try host.answer("workflows.run", ["id": "forbidden"])
    #expect(try runs("forbidden", in: host).first?["error"]?["status"] == "permission_denied")

    try make(
      "slow", on: ["type": "manual"],
      [["name": "sleep", "action": "runCommand", "timeoutSeconds": 1, "with": ["argv": ["sleep", "60"]]]], in: host)
    _ = try host.answer("workflows.run", ["id": "slow"])
    #expect(try runs("slow", in: host).first?["error"]?["status"] == "deadline_exceeded")
    let run = try host.answer("workflows.run", ["id": "slow"])
    let cancelled = try host.answer("workflows.cancelRun", ["id": run["id"] ?? .null])
    #expect(cancelled["status"] == "cancelled")
    #expect(try host.call("workflows.cancelRun", #"{"id":\#(run["id"]?.text ?? "")}"#).status == .failedPrecondition)
  }

  @Test func reachesNeitherPrivateAddressesNorInternalMethods() throws {
    let host = try host()
    for (name, action) in [
      ("hook", ["name": "a", "action": "notify", "with": ["message": "m", "webhook": "http://127.0.0.1:9/"]]),
      ("inside", ["name": "a", "action": "call", "with": ["method": "storage.query"]]),
      (
        "enabler",
        [
          "name": "a", "action": "call",
          "with": ["method": "workflows.enable", "arguments": ["id": "hook"]],
        ]
      ),
    ] as [(String, JSON)] {
      try make(name, on: ["type": "manual"], [action], in: host)
      _ = try host.answer("workflows.run", ["id": .string(name)])
      let status = try runs(name, in: host).first?["error"]?["status"]?.string
      #expect(["permission_denied", "not_found"].contains(status), "\(name): \(status ?? "")")
    }
  }

  @Test func doesWhatIsToBeDoneOnFailure() throws {
    let host = try host()
    _ = try host.answer(
      "workflows.apply",
      [
        "definition": """
        name: rescue
        enabled: true
        triggers:
          - { type: manual }
        stages:
          - name: first
            actions:
              - name: break
                action: updateTask
                with: { id: ORC-999, title: x }
                retries: { limit: 2, delaySeconds: 0.01 }
              - name: never
                action: notify
                with: { message: m }
        onFailure:
          - name: tell
            action: notify
            with: { message: "${ error.message }" }
        """
      ])
    _ = try host.answer("workflows.run", ["id": "rescue"])
    let run = try #require(try runs("rescue", in: host).first)
    #expect(run["status"] == "failed")
    #expect(run["steps"]?.array?.compactMap { $0["name"]?.string } == ["break", "tell"])
    #expect(run["steps"]?[0]?["attempts"] == 3)
    let notice = try host.recordedEvents().first { $0.topic == "workflow:notification" }
    #expect(notice?.data["message"]?.string?.hasPrefix("first / break: there is no task") == true)
    let retried = try host.answer("workflows.retryRun", ["id": run["id"] ?? .null])
    #expect(retried["trigger"]?["retryOf"] == run["id"])
  }

  @Test func makesAndRunsAWorkflowOnceForTheSameKey() throws {
    let host = try host()
    let definition: JSON = [
      "name": "note", "enabled": true, "triggers": [["type": "manual"]],
      "stages": [["name": "s", "actions": [["name": "n", "action": "notify", "with": ["message": "m"]]]]],
      "reason": "because", "idempotencyKey": "k",
    ]
    let made = try host.answer("workflows.create", definition)
    #expect(try host.answer("workflows.create", definition) == made)
    let created = try host.recordedEvents().filter { $0.topic == "workflow:created" && $0.data["key"] == "note" }
    #expect(created.map { $0.data["reason"] } == ["because"])
    // The same key belongs to one person and one method.
    #expect(try host.call("workflows.create", definition.text, as: "user:bob").status == .alreadyExists)

    let arguments: JSON = ["id": "note", "data": ["x": 1], "reason": "to see", "idempotencyKey": "k"]
    let run = try host.answer("workflows.run", arguments)
    #expect(run["trigger"]?["reason"] == "to see")
    #expect(try host.answer("workflows.run", arguments)["id"] == run["id"])
    #expect(try runs("note", in: host).count == 1)
    #expect(try host.answer("workflows.get", ["id": "note"])["runCount"] == 1)
    let conflict = try host.call("workflows.run", #"{"id":"note","idempotencyKey":"k"}"#)
    #expect(conflict.status == .failedPrecondition && conflict.message.contains(" k\""), "\(conflict.message)")
    #expect(try host.answer("workflows.run", arguments, as: "user:bob")["id"] != run["id"])
    #expect(try host.answer("workflows.get", ["id": "note"])["runCount"] == 2)
    #expect(try runs("note", count: 2, in: host).count == 2)
  }

  @Test func keepsTheDefinitionsThatRunsHaveFollowedAndNoOthers() throws {
    let host = try host()
    try make("note", on: ["type": "manual"], [Self.note], in: host)
    let id = try host.answer("workflows.get", ["id": "note"])["id"]?.string ?? ""
    for number in 2...5 {
      if number == 4 {
        _ = try host.answer("workflows.run", ["id": "note"])
        _ = try runs("note", in: host)
      }
      _ = try host.answer("workflows.update", ["id": "note", "description": .string("\(number)")])
    }
    try make("gone", on: ["type": "manual"], [Self.note], in: host)
    let gone = try host.answer("workflows.get", ["id": "gone"])["id"]?.string ?? ""
    _ = try host.answer("workflows.delete", ["id": "gone"])
    host.stop()
    // What is old is removed at the start and every hour.
    let again = try self.host(storage: host.storageFolder)
    let documents = try again.call("storage.export").chunks
    let ids = documents.filter { $0["collection"] == "workflow/versions" }.compactMap { $0["document"]?["id"]?.string }
    #expect(ids.filter { $0.hasPrefix(id) }.sorted() == ["\(id).3", "\(id).5"])
    #expect(!ids.contains { $0.hasPrefix(gone) })
    #expect(ids.count == 2 + 4)
  }

  @Test func shiftsTheResponsibilityToWhoChangesIt() throws {
    let host = try host()
    try make("note", on: ["type": "manual"], [Self.note], in: host)
    let changed = try host.answer("workflows.update", ["id": "note", "description": "x"], as: "user:bob")
    #expect(changed["enabledBy"] == "user:bob")
    #expect(try host.answer("workflows.enable", ["id": "note"], as: "user:eve")["enabledBy"] == "user:eve")
    #expect(try host.call("workflows.enable", #"{"id":"note"}"#, as: "agent:claude").status == .permissionDenied)
    #expect(try host.call("workflows.enable", #"{"id":"note"}"#, as: "workflow:other").status == .permissionDenied)
  }
}
