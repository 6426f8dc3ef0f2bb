import PluginKit

/// What analytics have to know of one change of a task, recorded when it happens, because nobody can find it out later.
///
/// `{task,key,type,project,at,day,actor,from,to,…}`: `from` and `to` are statuses (`from` is absent for a new task, `to`
/// for one that was deleted or archived), also when they are the same and something else changed; `sprint`,
/// `storyPoints`, `estimatedHours` and `assignee` are those after the change, the same names with `Before` those before
/// it. `day` is that of the project's calendar.
struct Transition {
  static let collection = "core/transitions"

  let id: String
  let json: [UInt8]

  /// - Parameter place: Which one of its revision it is, from 0.
  init<E: Entity>(_ fields: Fields, of entity: E, place: Int, at now: Instant, on day: Day, actor: String) {
    let revision = Revision.id(of: entity.id, entity.revision)
    id = place == 0 ? revision : "\(revision).\(place)"
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.member("task", entity.id)
    json.member("key", entity.key)
    json.member("project", entity.project)
    json.member("at", now.text)
    json.member("day", day.text)
    json.member("actor", actor)
    for (name, value) in fields.members {
      json.key(name)
      json.value(value)
    }
    json.endObject()
    self.json = Array(json.bytes)
  }

  /// The indexes that answer by themselves how the scope of a sprint has changed: what sets it apart, what is grouped
  /// by, what is summed up, and the time. The first is of tasks that were in the sprint afterwards, the second of those
  /// that left it.
  static let scopeIndexes = [
    [
      "sprint", "day", "from", "to", "sprintBefore", "storyPoints", "estimatedHours", "storyPointsBefore",
      "estimatedHoursBefore", "at",
    ],
    ["sprintBefore", "sprint", "day", "from", "to", "storyPointsBefore", "estimatedHoursBefore", "at"],
  ]
}
