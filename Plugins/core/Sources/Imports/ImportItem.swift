import PluginKit

/// An import as it is stored: where its content comes from, how far it has come, and in the end what became of it.
struct ImportItem: Entity, Equatable {
  static let collection = "core/imports"
  static let noun = "import"
  static let order = [
    "id", "project", "format", "options", "dryRun", "status", "error", "received", "applied", "counts", "report",
    "createdAt", "updatedAt", "revision",
  ]

  enum Status: String, Sendable, CaseIterable {
    /// It takes content.
    case receiving
    case finished
    /// The content could not be read on; what was read before is there.
    case failed
    case cancelled
  }

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  init(id: String, project: String, format: String, options: Fields, isDry: Bool) {
    fields = [
      "id": .string(id), "project": .string(project), "format": .string(format), "options": .object(options),
      "dryRun": .bool(isDry), "status": .string(Status.receiving.rawValue), "received": 0, "applied": 0,
      "counts": .object(ImportCounts().fields),
    ]
  }

  var project: String { fields["project"]?.string ?? "" }
  var format: String { fields["format"]?.string ?? "" }
  var options: Fields { fields["options"]?.object ?? Fields() }
  var isDry: Bool { fields["dryRun"] == true }
  var status: Status { fields["status"]?.string.flatMap(Status.init) ?? .receiving }
  /// How many items of the source are stored, in its order.
  var applied: Int { Int(fields["applied"]?.int ?? 0) }
  var counts: ImportCounts { ImportCounts(fields["counts"]?.object ?? Fields()) }

  func topics(since old: ImportItem?) -> [String] {
    status == .finished && old?.status != .finished ? ["import:finished"] : []
  }
}

/// What an import has done so far.
struct ImportCounts: Sendable, Equatable {
  /// In the order in which they are shown.
  enum Kind: String, Sendable, CaseIterable {
    case tasksCreated, tasksUpdated, tasksUnchanged
    /// Tasks that are there and were archived or deleted: they stay as they are.
    case tasksHidden
    /// Done tasks of which the source does not say when that was.
    case doneWithoutDate
    case peopleCreated, sprintsCreated, commentsCreated, commentsUpdated
    case timeEntriesCreated, timeEntriesUpdated
    case parentsSet, linksMade
    /// Links and parents that are not part of the source, and not here.
    case targetsUnknown
    /// Links and parents that the rules do not allow, such as those that close a cycle.
    case linksRefused
  }

  private var counts: [Kind: Int] = [:]

  init() {}

  init(_ fields: Fields) {
    for kind in Kind.allCases { counts[kind] = fields[kind.rawValue]?.int.map(Int.init) }
  }

  subscript(kind: Kind) -> Int {
    get { counts[kind] ?? 0 }
    set { counts[kind] = newValue }
  }

  static func += (left: inout ImportCounts, right: ImportCounts) {
    for kind in Kind.allCases { left[kind] += right[kind] }
  }

  var fields: Fields { Fields(Kind.allCases.map { ($0.rawValue, Value.int(Int64(self[$0]))) }) }
}
