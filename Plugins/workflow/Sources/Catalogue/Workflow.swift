import PluginKit

/// A workflow: its definition, and whether and by whose leave it runs.
struct Workflow: Sendable {
  let id: String
  var definition: Definition
  var revision: Int64 = 1
  var isEnabled = false
  /// Who enabled it last, or changed it while it was: its runs have at most the rights of that person.
  var enabledBy: String?
  /// What happened before this moment starts no run.
  var enabledAt: Instant?
  let createdAt: Instant
  var updatedAt: Instant
  var progress = Progress()
  /// Why its condition had no value the last time that it had none; forgotten with the process.
  var conditionError: Fields?

  /// What its triggers have done. Stored apart from the workflow, because it is no change of it.
  struct Progress: Sendable {
    var runCount: Int64 = 0
    var lastTriggeredAt: Instant?
    /// The time up to which each schedule has been carried out, by the place of its trigger.
    var schedules: [Int: Instant] = [:]
  }

  /// Whether an id or a name, in any case, means this workflow.
  func isCalled(_ name: String) -> Bool {
    id == name.lowercased() || definition.name.lowercased() == name.lowercased()
  }

  /// What a change of it is told with: old and new value of each field that differs.
  func changes(since old: Workflow?) -> Fields {
    let before = old?.stored ?? Fields()
    var changes = Fields()
    for (name, value) in stored.members where !Workflow.bookkeeping.contains(name) {
      let earlier = before[name] ?? .null
      if earlier != value { changes[name] = [earlier, value] }
    }
    for (name, value) in before.members where stored[name] == nil { changes[name] = [value, .null] }
    return changes
  }

  private static let bookkeeping: Set<String> = ["id", "createdAt", "updatedAt", "revision"]
}

// MARK: - JSON

extension Workflow {
  /// Reads what ``stored`` wrote.
  init(_ fields: Fields) throws(DefinitionError) {
    definition = try Definition(stored: fields)
    id = fields["id"]?.string ?? ""
    revision = fields["revision"]?.int ?? 1
    isEnabled = fields["enabled"]?.bool ?? false
    enabledBy = fields["enabledBy"]?.string
    enabledAt = fields["enabledAt"]?.string.flatMap { Instant($0) }
    createdAt = fields["createdAt"]?.string.flatMap { Instant($0) } ?? .now
    updatedAt = fields["updatedAt"]?.string.flatMap { Instant($0) } ?? .now
  }

  /// As it is stored.
  var stored: Fields {
    var fields: Fields = ["id": .string(id)]
    for (name, value) in definition.fields.members where value != .null { fields[name] = value }
    fields["enabled"] = .bool(isEnabled)
    if let enabledBy { fields["enabledBy"] = .string(enabledBy) }
    if let enabledAt { fields["enabledAt"] = .string(enabledAt.text) }
    fields["createdAt"] = .string(createdAt.text)
    fields["updatedAt"] = .string(updatedAt.text)
    fields["revision"] = .int(revision)
    return fields
  }

  /// As it is answered: with what its triggers have done.
  var fields: Fields {
    var fields = stored
    fields["runCount"] = .int(progress.runCount)
    if let moment = progress.lastTriggeredAt { fields["lastTriggeredAt"] = .string(moment.text) }
    if let conditionError { fields["conditionError"] = .object(conditionError) }
    return fields
  }
}

extension Workflow.Progress {
  init(_ fields: Fields) {
    runCount = fields["runCount"]?.int ?? 0
    lastTriggeredAt = fields["lastTriggeredAt"]?.string.flatMap { Instant($0) }
    for (place, moment) in fields["schedules"]?.object?.members ?? [] {
      if let place = Int(place), let moment = moment.string.flatMap({ Instant($0) }) { schedules[place] = moment }
    }
  }

  var fields: Fields {
    var fields: Fields = ["runCount": .int(runCount)]
    if let lastTriggeredAt { fields["lastTriggeredAt"] = .string(lastTriggeredAt.text) }
    if !schedules.isEmpty {
      let texts = schedules.sorted { $0.key < $1.key }.map { (String($0.key), Value.string($0.value.text)) }
      fields["schedules"] = .object(Fields(texts))
    }
    return fields
  }
}
