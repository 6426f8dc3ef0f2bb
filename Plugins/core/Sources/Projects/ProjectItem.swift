import PluginKit

/// A project as it is stored: what tasks belong to, and by whose calendar they are counted.
struct ProjectItem: Entity, Equatable {
  static let collection = "core/projects"
  static let noun = "project"
  static let bookkeeping: Set<String> = ["id", "key", "createdAt", "updatedAt", "revision"]

  /// All fields, in the order in which they are written.
  private static let order = [
    "id", "key", "name", "timeZone", "workdays", "hoursPerDay", "estimateUnit", "createdAt", "updatedAt", "revision",
  ]

  static let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  let fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  var project: String { id }

  /// Makes a new project.
  ///
  /// - Parameters:
  ///   - given: The fields that the caller set, `name` among them; the host has validated them.
  ///   - key: The first part of the keys of its tasks.
  ///   - timeZone: The zone when none is given.
  init(_ given: Fields, id: String, key: String, timeZone: String, at now: Instant) {
    var fields: Fields = [
      "id": .string(id), "key": .string(key.asciiUppercased), "timeZone": .string(timeZone),
      "workdays": .array(ProjectItem.week.prefix(5).map(Value.string)), "hoursPerDay": 6, "estimateUnit": "hours",
      "createdAt": .string(now.text), "updatedAt": .string(now.text), "revision": 1,
    ]
    for (name, value) in given.members where name != "key" && value != .null {
      fields[name] = name == "workdays" ? ProjectItem.inOrder(value) : value
    }
    self.fields = fields.arranged(by: ProjectItem.order)
  }

  /// Workdays from Monday on, however they were given.
  private static func inOrder(_ days: Value) -> Value {
    guard case .array(let days) = days else { return days }
    return .array(week.map(Value.string).filter(days.contains))
  }
}
