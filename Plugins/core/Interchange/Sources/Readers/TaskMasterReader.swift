import PluginData

/// The `tasks.json` of task-master: one list of tasks, or several lists by tag.
struct TaskMasterReader: ItemReader {
  /// The most bytes that the file may have; it is parsed as a whole.
  private static let limit = 64 << 20

  private let parse: JSONParser
  private var bytes: [UInt8] = []
  private var hasEnded = false
  private var waiting: [Entry]?

  init(parse: @escaping JSONParser) {
    self.parse = parse
  }

  mutating func feed(_ bytes: [UInt8]) {
    // One byte more than allowed is enough to refuse.
    self.bytes += bytes.prefix(TaskMasterReader.limit + 1 - self.bytes.count)
  }

  mutating func end() {
    hasEnded = true
  }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard bytes.count <= TaskMasterReader.limit else {
      throw ImportFailure("tasks.json is longer than \(TaskMasterReader.limit >> 20) MiB")
    }
    guard hasEnded else { return false }
    if waiting == nil {
      // Backwards, so that the next one is taken from the end.
      waiting = try entries(&context).reversed()
      bytes = []
    }
    guard let entry = waiting?.popLast() else { return false }
    read(entry, &context)
    return true
  }

  // MARK: The file

  private func entries(_ context: inout ImportContext) throws(ImportFailure) -> [Entry] {
    let file: Value
    do {
      file = try parse(bytes)
    } catch {
      throw ImportFailure("tasks.json is no JSON: \(error)")
    }
    if case .array(let tasks) = file { return entries(tasks, tag: nil) }
    guard let fields = file.object else { throw ImportFailure("tasks.json holds no list of tasks") }
    if let tasks = fields["tasks"] {
      for (name, value) in fields.members where name != "tasks" && !value.isEmpty {
        context.report.mapped(name, to: nil, value.example)
      }
      return entries(try list(tasks, "tasks"), tag: nil)
    }
    var entries: [Entry] = []
    var hasTags = false
    for (tag, value) in fields.members {
      guard let tasks = value.object?["tasks"] else {
        context.report.mapped(tag, to: nil, value.example)
        continue
      }
      hasTags = true
      entries += self.entries(try list(tasks, "\(tag).tasks"), tag: tag, before: entries.count)
    }
    guard hasTags else {
      throw ImportFailure("tasks.json has no list of tasks: neither “tasks” nor a tag with “tasks” in it")
    }
    return entries
  }

  private func list(_ tasks: Value, _ name: String) throws(ImportFailure) -> [Value] {
    guard case .array(let tasks) = tasks else {
      throw ImportFailure("in tasks.json, “\(name.shortened(to: 60))” is no list of tasks")
    }
    return tasks
  }

  private func entries(_ tasks: [Value], tag: String?, before: Int = 0) -> [Entry] {
    tasks.enumerated().map { Entry(value: $1, tag: tag, row: before + $0 + 1, parent: nil, siblings: []) }
  }

  // MARK: Tasks

  private mutating func read(_ entry: Entry, _ context: inout ImportContext) {
    guard let task = entry.value.object, let id = task["id"]?.text, !id.isEmpty else {
      return context.report.problem(entry.row, "is no task with an id and is left out")
    }
    let path = entry.parent.map { "\($0).\(id)" } ?? id
    var draft = TaskDraft(sourceID: entry.sourceID(path), row: entry.row)
    if let tag = entry.tag {
      let project = context.project("taskmaster:\(tag)", name: tag)
      draft.edit { $0.project = project }
    }
    if let parent = entry.parent {
      draft.edit { $0.parent = entry.sourceID(parent) }
      draft.set("type", "subtask")
    }
    for (name, value) in task.members where !value.isEmpty {
      let target = read(name, value, entry, path: path, &draft, &context)
      context.report.mapped(name, to: target, value.example)
    }
    draft.emit(title: task["title"]?.string, into: &context)
  }

  /// Takes over one member; returns which field of ours it became.
  private mutating func read(
    _ name: String, _ value: Value, _ entry: Entry, path: String, _ draft: inout TaskDraft,
    _ context: inout ImportContext
  ) -> String? {
    let text = value.text ?? ""
    switch name {
    case "id": return "sourceID"
    case "title": return "title"
    case "description", "details":
      draft.add(description: text)
      return "description"
    case "testStrategy":
      draft.add(description: "## Test strategy\n\n\(text)")
      return "description"
    case "status":
      draft.set("status", .string(context.status(text)))
      return "status"
    case "priority":
      draft.set("priority", context.priority(text).map(Value.string))
      return "priority"
    case "assignee":
      draft.add(assignee: text, &context)
      context.person("taskmaster:user:\(text)", name: text)
      return "assignee"
    case "createdAt", "updatedAt":
      draft.set(name, moment: context.moment(text, name, row: entry.row))
      return name
    case "dependencies":
      for dependency in value.elements {
        guard let id = dependency.text, !id.isEmpty else { continue }
        draft.add(.blockedBy, entry.sourceID(entry.path(of: id)))
      }
      return "links"
    case "subtasks":
      let subtasks = value.elements
      let siblings = Set(subtasks.compactMap { $0.object?["id"]?.text })
      for subtask in subtasks.reversed() {
        waiting?.append(Entry(value: subtask, tag: entry.tag, row: entry.row, parent: path, siblings: siblings))
      }
      return "subtasks"
    default: return nil
    }
  }
}

private struct Entry: Sendable {
  var value: Value
  var tag: String?
  var row: Int
  /// The path of the task that this one is a part of: `3`, `3.1`.
  var parent: String?
  /// The ids of the parts of the same task.
  var siblings: Set<String>

  func sourceID(_ path: String) -> String { "taskmaster:\(tag.map { "\($0)/" } ?? "")\(path)" }

  /// A part names its siblings by their own ids, and other tasks by whole paths.
  func path(of id: String) -> String {
    guard let parent, siblings.contains(id) else { return id }
    return "\(parent).\(id)"
  }
}
