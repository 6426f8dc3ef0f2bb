import PluginData

/// Turns one JSON text into a value; throws what is wrong with it.
public typealias JSONParser = @Sendable ([UInt8]) throws -> Value

/// The exports that can be read.
public enum ImportFormat: String, Sendable, CaseIterable {
  /// The SQLite file of the TypeScript original.
  case original
  /// A Markdown file with checkbox lists.
  case todo
  /// A todo.txt file: each line is a task.
  case todoTxt = "todo_txt"
  /// The `tasks.json` of task-master.
  case taskMaster = "task_master"
  /// Issues of GitHub's REST API, or of `gh issue list --json`.
  case github
  /// The CSV of Jira Server, Data Center or Cloud.
  case jira
  /// The CSV of Linear.
  case linear
  /// `task export` of Taskwarrior.
  case taskwarrior
  /// The `issues.csv` of Vibe Kanban's export.
  case vibeKanban = "vibe_kanban"
  /// Our own JSON export, as a list or as lines.
  case json
  /// Our own CSV export.
  case csv

  /// What a row of a report is.
  var rowNoun: String {
    switch self {
    case .github, .taskwarrior, .taskMaster, .json, .original: "entry"
    case .todo, .todoTxt, .jira, .linear, .vibeKanban, .csv: "line"
    }
  }
}

/// Which number comes first in a date such as 03/04/2026.
public enum DateOrder: String, Sendable, CaseIterable {
  case dayFirst = "day_first"
  case monthFirst = "month_first"
}

/// What the source does not say of itself.
public struct ImportOptions: Sendable {
  /// The zone of times without one; exports of Jira have the zone of the person who made them.
  public var timeZone: TimeZone
  /// How dates of numbers alone are meant.
  public var dateOrder: DateOrder
  /// Our status for a word of the source, in any case; goes before what is known. A value that is none of ours is
  /// ignored.
  public var statuses: [String: String]
  /// `owner/repo` for GitHub issues without an address.
  public var repository: String?

  public init(
    timeZone: TimeZone = .utc, dateOrder: DateOrder = .dayFirst, statuses: [String: String] = [:],
    repository: String? = nil
  ) {
    self.timeZone = timeZone
    self.dateOrder = dateOrder
    self.statuses = statuses
    self.repository = repository
  }
}

/// Why a source cannot be read on: not this format, cut off, or beyond a limit. Items read before stay valid.
public struct ImportFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sentence that says what is wrong, where, and what to do.
  public let message: String

  public init(_ message: String) {
    self.message = message
  }

  public var description: String { message }
}
