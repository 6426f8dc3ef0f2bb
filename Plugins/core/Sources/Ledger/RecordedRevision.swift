import PluginKit

/// A revision as it is read again: see ``Revision`` for what it holds.
struct RecordedRevision: Sendable {
  let fields: Fields

  init(_ fields: Fields) {
    self.fields = fields
  }

  var entity: String { fields["entity"]?.string ?? "" }
  /// What the entity is: `task`, `project`.
  var kind: String { fields["kind"]?.string ?? "" }
  var key: String { fields["key"]?.string ?? "" }
  var project: String { fields["project"]?.string ?? "" }
  var number: Int64 { fields["number"]?.int ?? 0 }
  /// The id of the change that it is a part of.
  var change: String { fields["change"]?.string ?? "" }
  var at: String { fields["at"]?.string ?? "" }
  var actor: String { fields["actor"]?.string ?? "" }
  /// Whether its patch, state and reason were taken out.
  var isPurged: Bool { fields["purged"] == true }
  var patch: Fields? { fields["patch"]?.object }
  var state: Fields? { fields["state"]?.object }
}

/// Makes states out of revisions.
enum Replay {
  /// The state that revisions of one entity lead to, in the order of their numbers.
  ///
  /// - Returns: nil when nothing in them has the whole state to begin with.
  static func state(of revisions: some Sequence<RecordedRevision>) -> Fields? {
    revisions.reduce(nil) { advance($0, by: $1) }
  }

  /// The state after one more revision.
  static func advance(_ state: Fields?, by revision: RecordedRevision) -> Fields? {
    if let copy = revision.state { return copy }
    guard let state, let patch = revision.patch else { return nil }
    var next = MergePatch.apply(patch, to: state)
    next["updatedAt"] = .string(revision.at)
    next["revision"] = .int(revision.number)
    return next
  }
}

extension Instant {
  /// What sorts behind the ids of all changes up to this moment, and before those of all later ones: ids are UUIDs of
  /// version 7, which begin with the milliseconds.
  var changeBound: String {
    let digits = String(UInt64(clamping: milliseconds + 1) & 0xffff_ffff_ffff, radix: 16)
    let time = String(repeating: "0", count: 12 - digits.utf8.count) + digits
    return "\(time.prefix(8))-\(time.suffix(4))"
  }
}
