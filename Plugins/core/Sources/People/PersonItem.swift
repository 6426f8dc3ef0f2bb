import PluginKit

/// A person or an agent as it is stored: who tasks are assigned to, and when there is time for them. Projects share them.
struct PersonItem: Entity, Equatable {
  static let collection = "core/people"
  static let noun = "person"
  static let order = [
    "id", "kind", "handle", "name", "email", "hoursPerDay", "timeZone", "absences", "hidden", "hiddenAt", "createdAt",
    "updatedAt", "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  /// None: people belong to no project.
  var project: String { "" }
  var handle: String { fields["handle"]?.string ?? "" }

  /// Makes a new person.
  ///
  /// - Parameter given: The fields that the caller set; the host has validated their types.
  init(_ given: Fields, id: String, handle: String) throws(Failure) {
    var fields: Fields = [
      "id": .string(id), "kind": "person", "handle": .string(handle), "name": .string(handle), "absences": [],
    ]
    for (name, value) in given.members where value != .null && name != "handle" { fields[name] = value }
    if let absences = given["absences"] { fields["absences"] = try PersonItem.inOrder(absences) }
    self.fields = fields
  }

  /// Changes the person as a merge patch says.
  mutating func apply(_ patch: Fields) throws(Failure) {
    for name in ["kind", "name"] where patch[name] == .null {
      throw Failure(
        .invalidArgument, "a person has a \(name); give another one instead of removing it",
        details: Refusal.details(path: name, message: "cannot be removed"))
    }
    let absences = try patch["absences"].map { absences throws(Failure) in try PersonItem.inOrder(absences) }
    fields = MergePatch.apply(patch, to: fields)
    if let absences { fields["absences"] = absences }
  }

  /// Absences from the earliest on, however they were given; refuses those that end before they begin.
  private static func inOrder(_ value: Value) throws(Failure) -> Value {
    var absences: [(from: Day, value: Value)] = []
    for (place, absence) in (value.array ?? []).enumerated() {
      guard let (from, _) = days(of: absence) else {
        throw Failure(
          .invalidArgument, "an absence ends on or after the day on which it begins; give from and to in this order",
          details: Refusal.details(path: "absences/\(place)/to", message: "is before from"))
      }
      absences.append((from, absence))
    }
    return .array(absences.sorted { $0.from < $1.from }.map(\.value))
  }

  /// The first and last day of an absence; nil when they are not in this order.
  private static func days(of absence: Value) -> (from: Day, to: Day)? {
    guard let from = absence.object?["from"]?.string.flatMap({ Day($0) }),
      let to = absence.object?["to"]?.string.flatMap({ Day($0) }), from <= to
    else { return nil }
    return (from, to)
  }
}
