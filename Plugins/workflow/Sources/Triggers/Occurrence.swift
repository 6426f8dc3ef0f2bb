import PluginKit

/// What happened: a durable event, the time of a schedule, or somebody's call.
struct Occurrence: Sendable {
  let topic: String
  /// Its place in the durable log; 0 when it is none of its events.
  let seq: UInt64
  let time: Instant
  let source: String
  let actor: String
  let data: Fields

  /// What expressions call `event`.
  var fields: Fields {
    [
      "topic": .string(topic), "seq": .int(Int64(clamping: seq)), "time": .string(time.text), "source": .string(source),
      "actor": .string(actor), "data": .object(data),
    ]
  }

  init(topic: String, seq: UInt64 = 0, time: Instant, source: String, actor: String, data: Fields) {
    self.topic = topic
    self.seq = seq
    self.time = time
    self.source = source
    self.actor = actor
    self.data = data
  }

  /// Reads what ``fields`` wrote, and what somebody made up to try a workflow: what is missing is empty.
  init(_ fields: Fields) {
    topic = fields["topic"]?.string ?? ""
    seq = UInt64(clamping: fields["seq"]?.int ?? 0)
    time = fields["time"]?.string.flatMap { Instant($0) } ?? .now
    source = fields["source"]?.string ?? ""
    actor = fields["actor"]?.string ?? ""
    data = fields["data"]?.object ?? Fields()
  }

  // MARK: What changed

  private var changes: Fields { data["changes"]?.object ?? Fields() }

  /// The status of a task before and after.
  var statusChange: (old: String, new: String)? {
    guard topic == "task:updated", let change = changes["status"]?.array, change.count == 2,
      let old = change[0].string, let new = change[1].string
    else { return nil }
    return (old, new)
  }

  /// The names of the checkpoints of a task that this change completed.
  var completedCheckpoints: [String] {
    guard topic == "task:updated", let change = changes["checkpoints"]?.array, change.count == 2 else { return [] }
    let (old, new) = (Occurrence.completed(change[0]), Occurrence.completed(change[1]))
    return new.filter { !old.contains($0) }
  }

  private static func completed(_ checkpoints: Value) -> [String] {
    (checkpoints.array ?? []).compactMap { checkpoint in
      checkpoint.object?["completed"]?.bool == true ? checkpoint.object?["name"]?.string : nil
    }
  }

  /// Whether it is about something of that project, given by id or key.
  func isOf(project: String) -> Bool {
    if let id = data["project"]?.string, id.lowercased() == project.lowercased() { return true }
    // The key of a task begins with that of its project.
    guard let key = data["key"]?.string, let dash = key.lastIndex(of: "-") else { return false }
    return key[..<dash].lowercased() == project.lowercased()
  }

  // MARK: Variables

  /// What the expressions of a condition speak of.
  ///
  /// - Parameter project: The project that it is about; null when there is none.
  func variables(project: Value, now: Instant) -> [String: CELValue] {
    let after = entity
    return [
      "event": .map(.fields(fields)), "before": CELValue(before(after)), "after": CELValue(after),
      "task": CELValue(data["task"] ?? .null), "project": CELValue(project), "now": .timestamp(now),
    ]
  }

  /// The entity after the change: it stands in the data under the first word of the topic.
  private var entity: Value {
    let noun = topic.prefix { $0 != ":" }
    guard let entity = data[String(noun)], entity.object != nil else { return .null }
    return entity
  }

  /// The entity before the change: what the changes say was there in place of what is there now.
  private func before(_ after: Value) -> Value {
    guard var fields = after.object, !topic.hasSuffix(":created") else { return .null }
    for (name, change) in changes.members {
      guard let pair = change.array, pair.count == 2 else { continue }
      fields[name] = pair[0] == .null ? nil : pair[0]
    }
    if let revision = fields["revision"]?.int { fields["revision"] = .int(revision - 1) }
    return .object(fields)
  }
}
