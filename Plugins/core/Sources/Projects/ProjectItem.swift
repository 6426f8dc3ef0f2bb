import PluginKit

/// A project as it is stored: what tasks belong to, and by whose calendar they are counted.
struct ProjectItem: Entity, Equatable {
  static let collection = "core/projects"
  static let noun = "project"
  static let order = [
    "id", "key", "name", "description", "timeZone", "workdays", "holidays", "hoursPerDay", "estimateUnit", "hidden",
    "hiddenAt", "createdAt", "updatedAt", "revision",
  ]

  static let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  var fields: Fields

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
  init(_ given: Fields, id: String, key: String, timeZone: String) {
    var fields: Fields = [
      "id": .string(id), "key": .string(key.asciiUppercased), "timeZone": .string(timeZone),
      "workdays": .array(ProjectItem.week.prefix(5).map(Value.string)), "holidays": [], "hoursPerDay": 6,
      "estimateUnit": "hours",
    ]
    for (name, value) in given.members where name != "key" && value != .null {
      fields[name] = name == "workdays" ? ProjectItem.inOrder(value) : value
    }
    self.fields = fields
  }

  /// Changes the project as a merge patch says.
  mutating func apply(_ patch: Fields) throws(Failure) {
    for (name, value) in patch.members where value == .null && name != "description" {
      throw Failure(
        .invalidArgument, "a project has a \(name); give another one instead of removing it",
        details: Refusal.details(path: name, message: "cannot be removed"))
    }
    fields = MergePatch.apply(patch, to: fields)
    if let days = patch["workdays"] { fields["workdays"] = ProjectItem.inOrder(days) }
  }

  var key: String { fields["key"]?.string ?? "" }
  var zone: TimeZone { fields["timeZone"]?.string.flatMap { TimeZone($0) } ?? .utc }
  /// Hours of a workday that go into tasks.
  var hoursPerDay: Double { fields["hoursPerDay"]?.double ?? 6 }
  /// What velocity and burndown count: `hours`, `points` or `count`.
  var estimateUnit: String { fields["estimateUnit"]?.string ?? "hours" }

  /// Whether people work on a day: one of the project's workdays, and no holiday.
  func isWorkday(_ day: Day) -> Bool {
    let name = Value.string(ProjectItem.week[day.weekday])
    return fields["workdays"]?.array?.contains(name) == true
      && fields["holidays"]?.array?.contains(.string(day.text)) != true
  }

  /// Workdays from Monday on, however they were given.
  private static func inOrder(_ days: Value) -> Value {
    guard case .array(let days) = days else { return days }
    return .array(week.map(Value.string).filter(days.contains))
  }
}
