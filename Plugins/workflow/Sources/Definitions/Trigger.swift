import PluginKit

/// What starts a workflow.
enum Trigger: Sendable {
  /// An event whose topic matches.
  case event(topic: TopicPattern)
  /// A task of the project (any when nil) whose status changed from one of these (any when empty) to one of these.
  case status(from: [String], to: [String], project: String?)
  /// A time. `timeZone` is nil for that of the project, `project` nil for the default one.
  case schedule(Cron, timeZone: TimeZone?, project: String?, catchUp: Bool)
  /// Somebody's call of `workflows.run`.
  case manual
  /// A checkpoint of a task that was completed; any when nil.
  case checkpoint(name: String?)

  /// How definitions and runs call it.
  var type: String {
    switch self {
    case .event: "event"
    case .status: "status"
    case .schedule: "schedule"
    case .manual: "manual"
    case .checkpoint: "checkpoint"
    }
  }

  static let types = ["event", "status", "schedule", "manual", "checkpoint"]

  /// Whether an event starts it.
  func matches(_ occurrence: Occurrence) -> Bool {
    switch self {
    case .event(let topic): topic.matches(occurrence.topic)
    case .status(let from, let to, let project):
      occurrence.statusChange.map { change in
        (from.isEmpty || from.contains(change.old)) && (to.isEmpty || to.contains(change.new))
          && (project.map(occurrence.isOf(project:)) ?? true)
      } ?? false
    case .checkpoint(let name): occurrence.completedCheckpoints.contains { name == nil || $0 == name }
    case .schedule, .manual: false
    }
  }
}

/// A pattern of topics: `*` as last segment matches any rest, elsewhere one segment.
struct TopicPattern: Sendable, Equatable {
  let text: String
  private let segments: [Substring]

  /// - Returns: nil when it is no pattern.
  init?(_ text: String) {
    segments = text.split(separator: ":", omittingEmptySubsequences: false)
    guard text.utf8.count <= 128, segments.allSatisfy({ $0 == "*" || TopicPattern.isSegment($0) }) else { return nil }
    self.text = text
  }

  private static func isSegment(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0.isWord || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }

  func matches(_ topic: String) -> Bool {
    let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
    let hasRest = segments.last == "*"
    guard hasRest ? parts.count >= segments.count : parts.count == segments.count else { return false }
    return zip(segments, parts).allSatisfy { $0 == "*" || $0 == $1 }
  }
}
