import PluginKit

/// Something that happened or was found out and is worth keeping: a decision, an error, a measurement.
struct RecordItem: Entity, Equatable {
  static let collection = "core/records"
  static let noun = "record"

  static let order = [
    "id", "key", "project", "kind", "title", "body", "severity", "component", "labels", "data", "pattern", "tasks",
    "links", "source", "hidden", "hiddenAt", "createdAt", "updatedAt", "revision",
  ]

  /// What it tells of.
  enum Kind: String, Sendable, CaseIterable {
    case decision, error, experiment, benchmark, incident, commit, note
  }

  /// What a record means for another, or for a task.
  enum Relation: String, Sendable, CaseIterable {
    case implements, fixes, tests, documents, supersedes, relates
  }

  enum Severity: String, Sendable, CaseIterable {
    case critical, high, medium, low
  }

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  var project: String { fields["project"]?.string ?? "" }
  var kind: Kind { fields["kind"]?.string.flatMap(Kind.init) ?? .note }

  /// - Parameter given: The fields that the caller set; the host has validated them.
  init(_ given: Fields, id: String, key: String, project: String) {
    var fields: Fields = [
      "id": .string(id), "key": .string(key), "project": .string(project), "kind": .string(Kind.note.rawValue),
      "labels": [],
    ]
    for (name, value) in given.members where value != .null { fields[name] = value }
    self.fields = fields
    derive()
  }

  mutating func apply(_ patch: Fields) throws(Failure) {
    for name in ["title", "kind"] where patch[name] == .null {
      throw Failure(
        .invalidArgument, "a record has a \(name); give another one instead of removing it",
        details: Refusal.details(path: name, message: "cannot be removed"))
    }
    fields = MergePatch.apply(patch, to: fields)
    if patch["labels"] == .null { fields["labels"] = [] }
    derive()
  }

  /// Errors of one pattern are the same error.
  private mutating func derive() {
    fields["pattern"] = kind == .error ? .string(ErrorPattern.normalized(fields["title"]?.string ?? "")) : nil
  }

  /// The links to others: what it is to which.
  var links: [(relation: String, target: String)] {
    (fields["links"]?.array ?? []).compactMap { link in
      guard let link = link.object, let relation = link["relation"]?.string, let target = link["target"]?.string else {
        return nil
      }
      return (relation, target)
    }
  }

  mutating func link(_ relation: Relation, to target: String) {
    guard !links.contains(where: { $0 == (relation.rawValue, target) }) else { return }
    let link: Value = .object(["relation": .string(relation.rawValue), "target": .string(target)])
    fields["links"] = .array((fields["links"]?.array ?? []) + [link])
  }

  mutating func unlink(_ relation: Relation, from target: String) {
    let rest = (fields["links"]?.array ?? []).filter {
      $0.object?["relation"] != .string(relation.rawValue) || $0.object?["target"] != .string(target)
    }
    fields["links"] = rest.isEmpty ? nil : .array(rest)
  }
}
