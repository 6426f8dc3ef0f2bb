import PluginKit

/// Something that is stored, has an id, a key and a revision, whose changes are recorded and told as events.
protocol Entity: Sendable {
  /// The collection it is stored in.
  static var collection: String { get }
  /// What one of it is called: the member of its events that holds it, and the first word of their topics.
  static var noun: String { get }
  /// The order in which the fields are written.
  static var order: [String] { get }

  var fields: Fields { get set }
  /// The id of the project that it belongs to.
  var project: String { get }

  init(fields: Fields)

  /// The topics of the events that tell of a change which led to this state, in their order.
  ///
  /// - Parameter old: The state before; nil when this is new.
  func topics(since old: Self?) -> [String]
  /// What analytics have to know of the change, without what every record has; nil when it is nothing to them.
  func transition(since old: Self?) -> Fields?
  /// The transitions of the change and their times, in this order. It is the one of now, except where a change tells of
  /// the past, as an import does.
  func transitions(since old: Self?, at now: Instant) -> [(at: Instant, fields: Fields)]
}

extension Entity {
  var id: String { fields["id"]?.string ?? "" }
  /// What people call it; entities without a key of their own have none.
  var key: String { fields["key"]?.string ?? "" }
  var revision: Int64 { fields["revision"]?.int ?? 0 }
  /// Whether it was deleted: it is there to be restored, and nowhere else.
  var isDeleted: Bool { fields["hidden"] == "deleted" }

  /// Whether its content was taken out for good: only what it is called and that it was there is left.
  var isPurged: Bool { fields["purged"] == true }

  /// What happened between an older state and this one.
  func changes(since old: Self?) -> Changes {
    Changes(from: old?.fields ?? Fields(), to: fields, ignoring: Self.bookkeeping)
  }

  func topics(since old: Self?) -> [String] {
    guard let old else { return ["\(Self.noun):created"] }
    if old.isDeleted != isDeleted { return [isDeleted ? "\(Self.noun):deleted" : "\(Self.noun):restored"] }
    return ["\(Self.noun):updated"]
  }

  func transition(since old: Self?) -> Fields? { nil }

  func transitions(since old: Self?, at now: Instant) -> [(at: Instant, fields: Fields)] {
    transition(since: old).map { [(now, $0)] } ?? []
  }

  /// Fields that no change tells of: they identify the entity or follow from the change itself.
  static var bookkeeping: Set<String> { entityBookkeeping }
}

private let entityBookkeeping: Set<String> = ["id", "key", "project", "createdAt", "updatedAt", "revision"]
