import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// A plan that random operations are made on, beside a model of it; it remembers every state that it has seen.
final class PlanUnderTest {
  let host: TestHost
  var model = PlanModel()
  var random: SeededGenerator
  /// The ids of the tasks by their keys, and the other way round.
  private(set) var ids: [String: String] = [:]
  private(set) var keys: [String: String] = [:]
  /// The states of each task, by its key, from its first revision on.
  private(set) var states: [String: [JSON]] = [:]
  /// What was done, for the message of a failure.
  private(set) var last = ""

  /// How many tasks there are at most; few ones get long histories.
  private let most: Int

  init(seed: UInt64, most: Int) throws {
    self.most = most
    host = try TestHost.withCore()
    random = SeededGenerator(seed: seed)
  }

  var names: [String] { model.tasks.keys.sorted() }

  func any() -> String { names.randomElement(using: &random) ?? "ORC-1" }

  /// Makes a random change of the plan and of the model, and compares them.
  func step() throws {
    let before = model
    switch Int.random(in: 0..<20, using: &random) {
    case 0 where model.tasks.count < most, _ where model.tasks.count < 3: try create()
    case 0...3: try update()
    case 4...8: try setStatus()
    case 9: try setProgress()
    case 10: try complete()
    case 11, 12: try link()
    case 13: try unlink()
    case 14: try hide("tasks.archive", "archived")
    case 15: try hide("tasks.delete", "deleted")
    case 16: try hide("tasks.restore", nil)
    case 17, 18: try undo(before)
    default: try restore()
    }
    try look(since: before)
  }

  // MARK: Operations

  private func create() throws {
    let status = ["backlog", "todo"].randomElement(using: &random) ?? ""
    let task = try host.answer("tasks.create", ["title": "new", "status": .string(status)])
    let (key, id) = (task["key"]?.string ?? "", task["id"]?.string ?? "")
    (ids[key], keys[id]) = (id, key)
    model.tasks[key] = PlanModel.Task(title: "new", status: status)
  }

  private func update() throws {
    let key = any()
    let title = ["a", "b", "c"].randomElement(using: &random) ?? ""
    let label = ["x", "y"].randomElement(using: &random) ?? ""
    try same("tasks.update", ["id": .string(key), "title": .string(title), "labels": [.string(label)]]) {
      model throws(PlanModel.Refused) in
      try model.update(key) { ($0.title, $0.labels) = (title, [label]) }
    }
  }

  private func setStatus() throws {
    let key = any()
    let status = PlanModel.next.keys.sorted().randomElement(using: &random) ?? ""
    try same("tasks.setStatus", ["id": .string(key), "status": .string(status)]) { model throws(PlanModel.Refused) in
      try model.setStatus(key, status)
    }
  }

  private func setProgress() throws {
    let key = any()
    let progress: Int64 = [0, 40, 100].randomElement(using: &random) ?? 0
    try same("tasks.update", ["id": .string(key), "progress": .int(progress)]) { model throws(PlanModel.Refused) in
      try model.setProgress(key, progress)
    }
  }

  private func complete() throws {
    let key = any()
    try same("tasks.complete", ["id": .string(key)]) { model throws(PlanModel.Refused) in try model.complete(key) }
  }

  private func link() throws {
    let (key, other) = (any(), any())
    try same("tasks.addLink", ["id": .string(key), "other": .string(other)]) { model throws(PlanModel.Refused) in
      try model.link(key, to: other)
    }
  }

  private func unlink() throws {
    let (key, other) = (any(), any())
    try same("tasks.removeLink", ["id": .string(key), "other": .string(other), "kind": "blockedBy"]) {
      model throws(PlanModel.Refused) in
      try model.unlink(key, from: other)
    }
  }

  private func hide(_ method: String, _ state: String?) throws {
    let key = any()
    try same(method, ["id": .string(key)]) { model throws(PlanModel.Refused) in try model.hide(key, state) }
  }

  /// Undoes the latest change: either all is as it was before it, or the status machine forbids that and nothing is
  /// changed.
  private func undo(_ before: PlanModel) throws {
    let revisions = try host.answer("history.list", ["limit": 1])["items"]?.array ?? []
    guard let change = revisions.first?["change"] else { return }
    let previous = latest()
    let outcome = try host.call("history.undo", (["change": change] as JSON).text)
    last = "history.undo \(change): \(outcome.message)"
    switch outcome.status {
    case .ok:
      for item in outcome.answer?["items"]?.array ?? [] {
        let key = item["key"]?.string ?? ""
        let undone = try host.answer("history.list", ["id": item["entity"] ?? .null])["items"]?.array?
          .first { $0["change"] == change }
        let number = Int(undone?["revision"]?.int ?? 0)
        let now = try state(of: key)
        if number == 1 {
          #expect(now["hidden"] == "deleted", "\(last)")
        } else {
          #expect(content(now) == content(states[key]?[number - 2] ?? .null), "\(last)")
        }
      }
    case .failedPrecondition: #expect(latest() == previous, "\(last)")
    default: Issue.record("\(last): \(outcome.status)")
    }
    try adopt()
  }

  /// Restores an earlier revision: what the answer does not say was kept is as it was then.
  private func restore() throws {
    let key = any()
    guard let states = states[key], let number = states.indices.randomElement(using: &random) else { return }
    let outcome = try host.call("history.restore", #"{"id":"\#(key)","revision":\#(number + 1)}"#)
    last = "history.restore \(key) \(number + 1): \(outcome.message)"
    if states[number]["hidden"] == "deleted" {
      #expect(outcome.status == .failedPrecondition, "\(last)")
    } else if outcome.status == .ok {
      let kept = Set((outcome.answer?["kept"]?.array ?? []).compactMap { $0["field"]?.string })
      let now = try state(of: key)
      for name in ["title", "labels", "assignee", "hidden"] {
        #expect(now[name] == states[number][name], "\(last): \(name)")
      }
      if !kept.contains("status"), now["status"] != "blocked" {
        #expect(now["status"] == states[number]["status"], "\(last)")
      }
    } else {
      // A link that would close a cycle now is refused with the whole.
      #expect(outcome.status == .failedPrecondition, "\(last)")
    }
    try adopt()
  }

  // MARK: Comparing

  /// Makes a change of both, which must do the same or be refused for the same reason.
  private func same(
    _ method: String, _ arguments: JSON, _ change: (inout PlanModel) throws(PlanModel.Refused) -> Void
  ) throws {
    let outcome = try host.call(method, arguments.text)
    last = "\(method) \(arguments.text): \(outcome.message)"
    var next = model
    do throws(PlanModel.Refused) {
      try change(&next)
      model = next
      #expect(outcome.status == .ok, "\(last)")
    } catch {
      let expected: Status =
        switch error {
        case .notFound: .notFound
        case .forbidden: .failedPrecondition
        case .invalid: .invalidArgument
        }
      #expect(outcome.status == expected, "\(last)")
    }
  }

  /// Takes the state of the plan over into the model.
  private func adopt() throws {
    for key in names { model.tasks[key] = PlanModel.Task(try state(of: key), keys: keys) }
  }

  /// Compares all tasks with the model, keeps their states, and checks each step that a status has taken.
  private func look(since before: PlanModel) throws {
    for key in names {
      let now = try state(of: key)
      #expect(PlanModel.Task(now, keys: keys) == model.tasks[key], "\(last): \(key)")
      let known = states[key]?.count ?? 0
      let revision = Int(now["revision"]?.int ?? 0)
      #expect(revision == known || revision == known + 1, "\(last): \(key)")
      guard revision > known else { continue }
      states[key, default: []].append(now)
      let (old, new) = (before.tasks[key]?.status, now["status"]?.string ?? "")
      guard let old, old != new else { continue }
      let isAllowed = PlanModel.next[old]?.contains(new) == true
      // These go more than one step in one revision.
      let isWalk = last.hasPrefix("tasks.complete") || last.contains(#""progress":100"#)
      #expect(isAllowed || isWalk, "\(last): \(key) went from \(old) to \(new)")
    }
  }

  /// A task as its newest revision says, deleted or not.
  func state(of key: String) throws -> JSON {
    try host.answer("history.get", ["id": .string(ids[key] ?? "")])["state"] ?? .null
  }

  private func latest() -> [String: Int] { states.mapValues(\.count) }

  /// What somebody has said of the task: all but what follows from changes themselves.
  private func content(_ state: JSON) -> JSON {
    var content = JSONObject()
    let ignored = ["updatedAt", "revision", "startedAt", "statusSince", "activeTime"]
    for (name, value) in state.object ?? JSONObject() where !ignored.contains(name) { content[name] = value }
    return .object(content)
  }
}
