import PluginData

/// What a reader finds in another tool's export, in our terms and in the order of the source.
///
/// Projects, people and sprints come before the first task that names them. A task may name a parent or a blocker that
/// comes later.
public enum ImportedItem: Sendable, Equatable {
  case project(ImportedProject)
  case person(ImportedPerson)
  case sprint(ImportedSprint)
  case task(ImportedTask)
}

/// A project, team or list that tasks of the source belong to.
public struct ImportedProject: Sendable, Equatable {
  /// The same at every import of the same source: `jira:project:ABC`.
  public var sourceID: String
  public var name: String

  public init(sourceID: String, name: String) {
    self.sourceID = sourceID
    self.name = name
  }
}

/// Somebody who is named as assignee, watcher, author of a comment or of logged time.
public struct ImportedPerson: Sendable, Equatable {
  /// The same at every import of the same source: `github:user:ada`.
  public var sourceID: String
  public var name: String
  public var email: String?

  public init(sourceID: String, name: String, email: String? = nil) {
    self.sourceID = sourceID
    self.name = name
    self.email = email
  }
}

/// A sprint or cycle that tasks of the source are in.
public struct ImportedSprint: Sendable, Equatable {
  /// The same at every import of the same source: `linear:cycle:ENG/12`.
  public var sourceID: String
  public var name: String
  public var goal: String?
  public var start: Instant?
  public var end: Instant?

  public init(sourceID: String, name: String, goal: String? = nil, start: Instant? = nil, end: Instant? = nil) {
    self.sourceID = sourceID
    self.name = name
    self.goal = goal
    self.start = start
    self.end = end
  }
}

/// A task of the source.
public struct ImportedTask: Sendable, Equatable {
  /// The same at every import of the same source: `jira:ABC-12`, `github:owner/repo#12`, `taskwarrior:<uuid>`.
  public var sourceID: String
  /// Other names under which tasks of the same source refer to this one.
  public var aliases: [String] = []
  /// Where it stands in the source: the line where that is text, else the place in the list, from 1.
  public var row: Int
  /// The fields of a task under our names: `title description type status priority assignee watchers labels component
  /// estimatedHours storyPoints startDate dueDate createdAt updatedAt completedDate progress checkpoints`, and of our
  /// own exports every other field that a task has. The values have our forms: statuses, types and priorities are ours,
  /// days `2026-01-31`, moments RFC 3339 in UTC.
  public var fields = Fields()
  /// The source id of the project.
  public var project: String?
  /// The source id or alias of the task that this one is a part of.
  public var parent: String?
  /// The source id of the sprint.
  public var sprint: String?
  public var links: [ImportedLink] = []
  public var comments: [ImportedComment] = []
  public var timeEntries: [ImportedTimeEntry] = []

  public init(sourceID: String, row: Int) {
    self.sourceID = sourceID
    self.row = row
  }
}

/// How a task is related to another of the same source.
public struct ImportedLink: Sendable, Hashable {
  /// What the task is to the target.
  public enum Kind: String, Sendable, CaseIterable {
    case blocks
    case blockedBy
    case relates
    case duplicates
    case duplicatedBy
  }

  public var kind: Kind
  /// The source id or an alias of the other task, which may not be part of the source.
  public var target: String

  public init(_ kind: Kind, _ target: String) {
    self.kind = kind
    self.target = target
  }
}

/// A remark on a task.
public struct ImportedComment: Sendable, Equatable {
  public var author: String?
  public var text: String
  public var createdAt: Instant?

  public init(author: String? = nil, text: String, createdAt: Instant? = nil) {
    self.author = author
    self.text = text
    self.createdAt = createdAt
  }
}

/// Time that was spent on a task.
public struct ImportedTimeEntry: Sendable, Equatable {
  public var person: String?
  /// When work began; nil when the source only knows how long it took.
  public var start: Instant?
  public var hours: Double
  public var note: String?

  public init(person: String? = nil, start: Instant? = nil, hours: Double, note: String? = nil) {
    self.person = person
    self.start = start
    self.hours = hours
    self.note = note
  }
}
