import PluginKit

/// One execution of a workflow, as it is stored.
struct Run: Sendable {
  enum Status: String, Sendable, CaseIterable { case running, completed, failed, cancelled }

  let id: String
  /// The id of its workflow.
  let workflow: String
  /// The name of its workflow when it began.
  let name: String
  /// The revision of the definition that it follows.
  let definition: Int64
  var status = Status.running
  /// What started it: `{"type":"event","index":0}`, with `by` for a person.
  let trigger: Fields
  /// What happened.
  let occurrence: Occurrence
  /// How many runs caused each other before this one.
  let depth: Int
  let startedAt: Instant
  var endedAt: Instant?
  /// In the order in which they began; a skipped action has one too.
  var steps: [Step] = []
  /// Why it failed.
  var error: Fields?

  /// On whose behalf it acts.
  var actor: String { Run.actor(of: workflow) }

  static func actor(of workflow: String) -> String { "workflow:\(workflow)" }

  /// The workflow that an actor stands for; nil when it is none.
  static func workflow(of actor: String) -> String? {
    actor.hasPrefix("workflow:") ? String(actor.dropFirst(9)) : nil
  }

  func step(_ name: String) -> Step? { steps.first { $0.name == name } }

  /// Puts a step in the place of the one of its name, or at the end.
  mutating func record(_ step: Step) {
    if let place = steps.firstIndex(where: { $0.name == step.name }) {
      steps[place] = step
    } else {
      steps.append(step)
    }
  }
}

/// One action of a run.
struct Step: Sendable {
  enum Status: String, Sendable { case running, completed, failed, skipped, cancelled }

  /// The name of the stage; nil for what is done on failure.
  let stage: String?
  let name: String
  /// The kind of action.
  let action: String
  var status = Status.running
  var attempts: Int64 = 0
  var startedAt: Instant?
  var endedAt: Instant?
  /// The parameters, filled in. A repeated attempt uses them again.
  var input: Value = .null
  var output: Value = .null
  /// Why the last attempt failed.
  var error: Fields?
}

// MARK: - JSON

extension Run {
  init?(_ fields: Fields) {
    guard let id = fields["id"]?.string, let workflow = fields["workflow"]?.string,
      let status = fields["status"]?.string.flatMap(Status.init), let event = fields["event"]?.object,
      let startedAt = fields["startedAt"]?.string.flatMap({ Instant($0) })
    else { return nil }
    self.id = id
    self.workflow = workflow
    name = fields["name"]?.string ?? ""
    definition = fields["definition"]?.int ?? 0
    self.status = status
    trigger = fields["trigger"]?.object ?? Fields()
    occurrence = Occurrence(event)
    depth = Int(clamping: fields["depth"]?.int ?? 0)
    self.startedAt = startedAt
    endedAt = fields["endedAt"]?.string.flatMap { Instant($0) }
    steps = (fields["steps"]?.array ?? []).compactMap { $0.object.flatMap { Step($0) } }
    error = fields["error"]?.object
  }

  var fields: Fields {
    var fields = summary
    fields["steps"] = .array(steps.map { .object($0.fields) })
    fields["event"] = .object(occurrence.fields)
    return fields
  }

  /// Without what it did and what it saw.
  var summary: Fields {
    var fields: Fields = [
      "id": .string(id), "workflow": .string(workflow), "name": .string(name), "definition": .int(definition),
      "status": .string(status.rawValue), "trigger": .object(trigger), "depth": .int(Int64(depth)),
      "actor": .string(actor), "startedAt": .string(startedAt.text),
    ]
    if let endedAt { fields["endedAt"] = .string(endedAt.text) }
    if let error { fields["error"] = .object(error) }
    return fields
  }
}

extension Step {
  init?(_ fields: Fields) {
    guard let name = fields["name"]?.string, let status = fields["status"]?.string.flatMap(Status.init) else {
      return nil
    }
    stage = fields["stage"]?.string
    self.name = name
    action = fields["action"]?.string ?? ""
    self.status = status
    attempts = fields["attempts"]?.int ?? 0
    startedAt = fields["startedAt"]?.string.flatMap { Instant($0) }
    endedAt = fields["endedAt"]?.string.flatMap { Instant($0) }
    input = fields["input"] ?? .null
    output = fields["output"] ?? .null
    error = fields["error"]?.object
  }

  var fields: Fields {
    var fields = Fields()
    if let stage { fields["stage"] = .string(stage) }
    fields["name"] = .string(name)
    fields["action"] = .string(action)
    fields["status"] = .string(status.rawValue)
    fields["attempts"] = .int(attempts)
    if let startedAt { fields["startedAt"] = .string(startedAt.text) }
    if let endedAt { fields["endedAt"] = .string(endedAt.text) }
    if input != .null { fields["input"] = input }
    if output != .null { fields["output"] = output }
    if let error { fields["error"] = .object(error) }
    return fields
  }
}

extension Failure {
  /// As runs and steps tell of it: `{"status":"not_found","message":"…"}`.
  var fields: Fields { ["status": .string(status.name.description), "message": .string(message)] }
}

extension Value {
  /// The bytes that it takes as JSON.
  var jsonByteCount: Int {
    var writer = JSONWriter()
    writer.value(self)
    return writer.count
  }
}
