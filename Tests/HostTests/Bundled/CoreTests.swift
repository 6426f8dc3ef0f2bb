import Testing

@testable import OrchestronHost

/// The service `projects` of the bundled plugin core, over the real storage.
@Suite struct ProjectsTests {
  @Test func beginsWithOneProjectAndKeepsIt() throws {
    let host = try TestHost.withCore()
    let page = try host.answer("projects.list")
    #expect(page["items"]?.array?.count == 1)
    #expect(page["items"]?[0]?["key"] == "ORC")
    #expect(page["items"]?[0]?["name"] == "1")
    #expect(page["next"] == .null)
    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    #expect(try again.answer("projects.list") == page)
  }

  @Test func callsTheFirstProjectAfterTheFolder() throws {
    let folder = try TestFolder()
    let host = try TestHost.withCore(storage: try folder.makeFolder("my-shop/.orchestron"))
    let project = try host.answer("projects.get", ["id": "mysho"])
    #expect(project["key"] == "MYSHO")
    #expect(project["name"] == "my-shop")
    #expect(try host.answer("tasks.create", ["title": "A"])["key"] == "MYSHO-1")
  }

  @Test func tellsOfANewProject() throws {
    let host = try TestHost.withCore()
    let project = try host.answer("projects.create", ["key": "api", "name": "API", "workdays": ["tue", "mon"]])
    #expect(project["workdays"] == ["mon", "tue"])
    let events = try host.recordedEvents()
    #expect(events.map(\.topic) == ["project:created", "project:created"])
    #expect(events.map(\.actor) == ["plugin:core", "user:test"])
    #expect(events.last?.data["project"] == project)
    #expect(events.last?.data["changes"]?["name"] == [.null, "API"])
    #expect(events.last?.data["changes"]?["key"] == nil)
  }

  @Test func findsAProjectByIdAndKeyInAnyCase() throws {
    let host = try TestHost.withCore()
    let project = try host.answer("projects.create", ["key": "Api", "name": "API"])
    let id = project["id"]?.string ?? ""
    for name in [id, id.uppercased(), "api", "API", "aPi"] {
      #expect(try host.answer("projects.get", ["id": .string(name)]) == project)
    }
    #expect(try host.call("projects.get", #"{"id":"x"}"#).message.hasPrefix(#"there is no project "x"; "#))
  }

  @Test(arguments: [
    (#"{"key":"orc","name":"x"}"#, Status.alreadyExists, "there is already a project ORC; choose another key"),
    (#"{"key":"o","name":"x"}"#, .invalidArgument, #"argument "key" of projects.create is not valid"#),
    (#"{"key":"abc","name":" "}"#, .invalidArgument, #"argument "name" of projects.create is not valid"#),
    (#"{"key":"abc","name":"x","timeZone":"Mars/Olympus"}"#, .invalidArgument, "Mars/Olympus"),
    (#"{"key":"abc","name":"x","timeZone":"../../etc/passwd"}"#, .invalidArgument, "timeZone"),
    (#"{"key":"abc","name":"x","timeZone":"Europe"}"#, .invalidArgument, "Europe"),
    (#"{"key":"abc","name":"x","workdays":["someday"]}"#, .invalidArgument, "workdays"),
    (#"{"key":"abc","name":"x","hoursPerDay":0}"#, .invalidArgument, "hoursPerDay"),
  ])
  func refusesWhatIsNoProject(arguments: String, status: Status, sentence: String) throws {
    let host = try TestHost.withCore()
    let outcome = try host.call("projects.create", arguments)
    #expect(outcome.status == status)
    #expect(outcome.message.contains(sentence), "\(outcome.message)")
    #expect(try host.answer("projects.list")["items"]?.array?.count == 1)
  }
}

/// The service `tasks` of the bundled plugin core, over the real storage.
@Suite struct TasksTests {
  @Test func answersEveryExampleAsItsDeclarationSays() throws {
    let host = try TestHost.withCore()
    var count = 0
    for service in host.host.registry.all where service.plugin.id == "core" {
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
    #expect(try host.faults(of: "core") == 0)
    #expect(try host.faults(of: "storage") == 0)
  }

  // MARK: Create and get

  @Test func numbersTheTasksOfEachProject() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("projects.create", ["key": "api", "name": "API"])
    let keys = try [nil, "api", nil, "API", "orc"].map { project in
      try host.answer("tasks.create", ["title": "A", "project": project.map(JSON.string) ?? .null])["key"]?.string
    }
    #expect(keys == ["ORC-1", "API-1", "ORC-2", "API-2", "ORC-3"])
  }

  @Test func numbersConcurrentTasksWithoutGapsAndAfterARestart() throws {
    let host = try TestHost.withCore()
    var keys: Set<String> = []
    for index in 0..<500 {
      host.host.call("tasks.create", Array(#"{"title":"Task \#(index)"}"#.utf8), as: "user:test") { reply in
        if case .end(let bytes) = reply, let key = (try? JSON(parsing: bytes))?["key"]?.string { keys.insert(key) }
      }
    }
    host.turn { keys.count == 500 }
    #expect(keys == Set((1...500).map { "ORC-\($0)" }))
    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    #expect(try again.answer("tasks.create", ["title": "A"])["key"] == "ORC-501")
  }

  @Test func findsATaskByIdAndKeyInAnyCase() throws {
    let host = try TestHost.withCore()
    let task = try host.answer(
      "tasks.create",
      ["title": "Über \"alles\"\n", "description": "1\u{1}2\u{1F600}", "estimatedHours": 2.25, "storyPoints": 3])
    let id = task["id"]?.string ?? ""
    for name in [id, id.uppercased(), "orc-1", "ORC-1", "Orc-1"] {
      #expect(try host.answer("tasks.get", ["id": .string(name)]) == task)
    }
    #expect(
      try host.call("tasks.get", #"{"id":"orc-2"}"#).message
        == #"there is no task "orc-2"; give the id or the key of one, such as ORC-42"#)
    #expect(try host.call("tasks.get", #"{"id":"ORC-01"}"#).status == .notFound)
  }

  @Test func keepsDaysAndBringsMomentsToUTC() throws {
    let host = try TestHost.withCore()
    let task = try host.answer(
      "tasks.create", ["title": "A", "startDate": "2028-02-29", "dueDate": "2028-03-01T01:30:00+02:00"])
    #expect(task["startDate"] == "2028-02-29")
    #expect(task["dueDate"] == "2028-02-29T23:30:00.000Z")
  }

  @Test(arguments: [
    (#"{}"#, #"tasks.create needs the argument "title""#),
    (#"{"title":""}"#, #"argument "title" of tasks.create is not valid"#),
    (#"{"title":"A","estimatedHours":-0.5}"#, #"argument "estimatedHours" of tasks.create is not valid"#),
    (#"{"title":"A","dueDate":"2026-02-30"}"#, #"must be a date such as "2026-01-31""#),
    (#"{"title":"A","dueDate":"2026-02-28T25:00:00Z"}"#, "must be an RFC 3339 date and time"),
    (#"{"title":"A","status":"review"}"#, #"argument "status" of tasks.create is not valid"#),
    (#"{"title":"A","labels":["x","x"]}"#, #"argument "labels" of tasks.create is not valid"#),
    (#"{"title":"A","progress":10}"#, #"tasks.create has no argument "progress""#),
    (#"{"title":"A","asignee":"ada"}"#, #"did you mean "assignee"?"#),
  ])
  func saysWhatIsWrongWithANewTask(arguments: String, sentence: String) throws {
    let host = try TestHost.withCore()
    let outcome = try host.call("tasks.create", arguments)
    #expect(outcome.status == .invalidArgument)
    #expect(outcome.message.contains(sentence), "\(outcome.message)")
    #expect(try host.answer("tasks.list")["items"] == [])
  }

  @Test func refusesTextThatIsTooLong() throws {
    let host = try TestHost.withCore()
    let title = String(repeating: "ß", count: 500)
    #expect(try host.answer("tasks.create", ["title": .string(title)])["title"] == .string(title))
    #expect(try host.call("tasks.create", #"{"title":"\#(title)ß"}"#).status == .invalidArgument)
  }

  @Test func makesOneTaskOfARepeatedCall() throws {
    let host = try TestHost.withCore()
    let arguments: JSON = ["title": "Once", "idempotencyKey": "k1"]
    let first = try host.answer("tasks.create", arguments)
    #expect(try host.answer("tasks.create", arguments) == first)
    #expect(try host.answer("tasks.list")["items"] == [first])
    let other = try host.call("tasks.create", #"{"title":"Twice","idempotencyKey":"k1"}"#)
    #expect(other.status == .failedPrecondition)
    #expect(try host.answer("tasks.create", arguments, as: "user:ada") != first, "keys belong to their actor")
    #expect(try host.recordedEvents().count { $0.topic == "task:created" } == 2)
  }

  @Test func makesOneTaskOfCallsThatRepeatAtTheSameTime() throws {
    let host = try TestHost.withCore()
    var ids: [String?] = []
    for _ in 0..<20 {
      host.host.call("tasks.create", Array(#"{"title":"Once","idempotencyKey":"k"}"#.utf8), as: "user:test") { reply in
        if case .end(let bytes) = reply { ids.append((try? JSON(parsing: bytes))?["id"]?.string) }
      }
    }
    host.turn { ids.count == 20 }
    #expect(Set(ids).count == 1)
    #expect(try host.answer("tasks.list")["items"]?.array?.count == 1)
  }

  // MARK: List

  @Test func filtersByEveryFieldAndByAllOfThem() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("projects.create", ["key": "api", "name": "API"])
    for task in [
      ["title": "A", "type": "bug", "priority": "high", "labels": ["x", "y"], "assignee": "ada"],
      ["title": "B", "type": "epic", "status": "backlog", "labels": ["y"], "dueDate": "2026-03-01"],
      ["title": "C", "assignee": "ada", "dueDate": "2026-02-01"], ["title": "D", "project": "API", "assignee": "ada"],
    ] as [JSON] {
      _ = try host.answer("tasks.create", task)
    }
    func titles(_ arguments: JSON) throws -> String {
      (try host.answer("tasks.list", arguments)["items"]?.array ?? []).compactMap { $0["title"]?.string }.joined()
    }
    #expect(try titles([:]) == "ABC")
    #expect(try titles(["project": "*"]) == "ABCD")
    #expect(try titles(["project": "*", "order": "-createdAt"]) == "DCBA")
    #expect(try titles(["project": "api"]) == "D")
    #expect(try titles(["status": "todo"]) == "AC")
    #expect(try titles(["status": ["backlog", "todo"]]) == "ABC")
    #expect(try titles(["status": .null, "type": ["bug", "epic"]]) == "AB")
    #expect(try titles(["priority": "high"]) == "A")
    #expect(try titles(["assignee": "ada", "project": "*"]) == "ACD")
    #expect(try titles(["label": "y"]) == "AB")
    #expect(try titles(["label": "y", "assignee": "ada"]) == "A")
    #expect(try titles(["order": "-createdAt"]) == "CBA")
    #expect(try titles(["order": "-dueDate"]) == "BCA", "what is not due comes last, the newest first")
    #expect(try titles(["order": "dueDate"]) == "ACB")
    _ = try host.answer("tasks.update", ["id": "ORC-1", "component": "core"])
    #expect(try titles(["order": "-updatedAt"]) == "ACB")
    #expect(try titles(["order": "updatedAt"]) == "BCA")
  }

  @Test(arguments: ["createdAt", "-createdAt", "updatedAt", "-updatedAt", "dueDate", "-dueDate"])
  func goesThroughAllPagesWithoutGapOrDouble(order: String) throws {
    let host = try TestHost.withCore()
    for index in 0..<23 {
      let due: JSON = index % 3 == 0 ? .null : .string("2026-01-0\(index % 5 + 1)")
      _ = try host.answer("tasks.create", ["title": .string("\(index)"), "dueDate": due])
    }
    var keys: [String] = []
    var cursor = JSON.null
    repeat {
      let page = try host.answer("tasks.list", ["order": .string(order), "limit": 5, "cursor": cursor])
      keys += (page["items"]?.array ?? []).compactMap { $0["key"]?.string }
      cursor = page["next"] ?? .null
    } while cursor != .null
    let whole = try host.answer("tasks.list", ["order": .string(order)])["items"]?.array ?? []
    #expect(keys == whole.compactMap { $0["key"]?.string })
    #expect(Set(keys).count == 23)
  }

  @Test func namesWhatAFilterMayBe() throws {
    let host = try TestHost.withCore()
    for arguments in [#"{"status":"nearly"}"#, #"{"status":["todo","nearly"]}"#] {
      let failure = try host.call("tasks.list", arguments).failure
      #expect(failure?.status == .invalidArgument)
      #expect(failure?.details?["errors"]?[0]?["allowed"]?.array?.count == 8)
    }
    #expect(try host.call("tasks.list", #"{"cursor":"x"}"#).status == .invalidArgument)
  }

  // MARK: Change

  @Test func removesWhatIsNullAndLeavesWhatIsAbsent() throws {
    let host = try TestHost.withCore()
    _ = try host.answer(
      "tasks.create",
      ["title": "A", "assignee": "ada", "labels": ["x"], "dueDate": "2026-01-31", "estimatedHours": 2])
    let task = try host.answer("tasks.update", ["id": "orc-1", "assignee": .null, "estimatedHours": 3.5])
    #expect(task["assignee"] == nil)
    #expect(task["labels"] == ["x"])
    #expect(task["dueDate"] == "2026-01-31")
    #expect(task["estimatedHours"] == .double(3.5))
    #expect(task["revision"] == 2)
    #expect(try host.answer("tasks.update", ["id": "orc-1", "labels": .null])["labels"] == [])
    #expect(try host.answer("tasks.get", ["id": "orc-1"])["revision"] == 3)
  }

  @Test func makesNoRevisionAndNoEventWhenNothingChanges() throws {
    let host = try TestHost.withCore()
    let task = try host.answer("tasks.create", ["title": "A"])
    #expect(try host.answer("tasks.update", ["id": "ORC-1", "title": "A", "assignee": .null]) == task)
    #expect(try host.answer("tasks.setStatus", ["id": "ORC-1", "status": "todo"]) == task)
    #expect(try host.recordedEvents().map(\.topic) == ["project:created", "task:created"])
  }

  @Test func refusesAChangeOfAnotherRevisionAndShowsTheCurrentOne() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let current = try host.answer("tasks.update", ["id": "ORC-1", "title": "B", "revision": 1])
    for method in ["tasks.update", "tasks.setStatus"] {
      let failure = try host.call(method, #"{"id":"ORC-1","status":"in_progress","revision":1}"#).failure
      #expect(failure?.status == .aborted)
      #expect(failure?.message.contains("ORC-1 has changed") == true)
      #expect(failure?.details?["current"] == current)
    }
    #expect(try host.answer("tasks.get", ["id": "ORC-1"]) == current)
  }

  @Test func refusesATransitionAndNamesTheAllowedOnes() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A", "status": "backlog"])
    for method in ["tasks.update", "tasks.setStatus"] {
      let failure = try host.call(method, #"{"id":"ORC-1","status":"done"}"#).failure
      #expect(failure?.status == .failedPrecondition)
      #expect(failure?.message == "ORC-1 is backlog and cannot become done; it may become todo or in_progress")
      #expect(failure?.details?["errors"]?[0]?["allowed"] == ["todo", "in_progress"])
    }
    let unknown = try host.call("tasks.setStatus", #"{"id":"ORC-1","status":"finished"}"#).failure
    #expect(unknown?.status == .invalidArgument)
    #expect(unknown?.details?["errors"]?[0]?["allowed"]?.array?.count == 8)
  }

  @Test func letsNoConcurrentChangeOverwriteAnother() throws {
    let host = try TestHost.withCore()
    let task = try host.answer("tasks.create", ["title": "A"])
    let names = [task["id"]?.string ?? "", "ORC-1", "orc-1"]
    var revisions: [Int64] = []
    for index in 0..<120 {
      let field = ["description", "assignee", "component"][index % 3]
      let arguments = #"{"id":"\#(names[index % 3])","\#(field)":"\#(index)"}"#
      host.host.call("tasks.update", Array(arguments.utf8), as: "user:test") { reply in
        if case .end(let bytes) = reply { revisions.append((try? JSON(parsing: bytes))?["revision"]?.int ?? 0) }
      }
    }
    host.turn { revisions.count == 120 }
    #expect(revisions.sorted() == Array(2...121))
    let last = try host.answer("tasks.get", ["id": "ORC-1"])
    #expect(["description", "assignee", "component"].map { last[$0] } == ["117", "118", "119"])
  }

  // MARK: Events

  @Test func tellsOfEachChangeWithTheStateAfterIt() throws {
    let host = try TestHost.withCore()
    let created = try host.answer("tasks.create", ["title": "A", "labels": ["x"]])
    let started = try host.answer("tasks.update", ["id": "ORC-1", "progress": 10, "labels": .null], as: "agent:claude")
    let done = try host.answer("tasks.setStatus", ["id": "ORC-1", "status": "done"])
    let events = Array(try host.recordedEvents().dropFirst())
    #expect(events.map(\.topic) == ["task:created", "task:updated", "task:updated", "task:completed"])
    #expect(events.map { $0.data["task"] } == [created, started, done, done])
    #expect(events.map { $0.data["revision"] } == [1, 2, 3, 3])
    #expect(events.map(\.actor) == ["user:test", "agent:claude", "user:test", "user:test"])
    for event in events {
      #expect(event.data["actor"]?.string == event.actor)
      #expect(event.data["key"] == "ORC-1")
      #expect(event.data["id"] == created["id"])
      #expect(event.data["project"] == created["project"])
    }
    let seqs = events.map(\.seq)
    #expect(seqs == Array(seqs[0]..<seqs[0] + 4))
    #expect(
      events[1].data["changes"] == [
        "status": ["todo", "in_progress"], "labels": [["x"], []], "startDate": [.null, started["startDate"] ?? .null],
        "startedAt": [.null, started["startDate"] ?? .null], "statusSince": [.null, started["startDate"] ?? .null],
        "progress": [0, 10],
      ])
    #expect(events[3].data["changes"] == events[2].data["changes"])
    #expect(events[3].data["changes"]?["completedDate"] == [.null, done["completedDate"] ?? .null])
  }

  @Test func hasTopicsAsDeclared() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A", "type": "todo"])
    _ = try host.answer("tasks.setStatus", ["id": "ORC-1", "status": "done"])
    let topics = host.host.lifecycle.plugins.first { $0.id == "core" }?.topics ?? []
    for event in try host.recordedEvents() {
      let schema = try #require(topics.first { $0.name == event.topic }?.schema)
      #expect(try Schema(compiling: schema, strict: true).validate(event.data).isEmpty, "\(event.topic)")
    }
    for topic in topics {
      let schema = try #require(topic.schema)
      let example = try #require(topic.example)
      #expect(try Schema(compiling: schema, strict: true).validate(example).isEmpty, "\(topic.name)")
    }
  }
}

extension JSON {
  /// With the same text for every id and every moment.
  var withoutIdsAndTimes: JSON {
    switch self {
    case .string(let text):
      let bytes = Array(text.utf8)
      if bytes.count == 36, [8, 13, 18, 23].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) { return "ID" }
      if bytes.count == 24, bytes[10] == UInt8(ascii: "T"), bytes[23] == UInt8(ascii: "Z") { return "TIME" }
      return self
    case .array(let elements): return .array(elements.map(\.withoutIdsAndTimes))
    case .object(let object):
      var result = JSONObject()
      for (key, value) in object { result[key] = key == "activeTime" ? "…" : value.withoutIdsAndTimes }
      return .object(result)
    default: return self
    }
  }
}
