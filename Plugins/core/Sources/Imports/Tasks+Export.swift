import Interchange
import PluginKit

/// Tasks in forms that others can read.
extension Tasks {
  /// What tasks are written as.
  enum ExportFormat: String, Sendable, CaseIterable {
    case json, ndjson, csv, markdown
  }

  /// Streams the tasks that match, as pieces of text.
  func export(_ call: Call) async throws(Failure) {
    let format = ExportFormat(rawValue: try call.string("format")) ?? .json
    var query = Documents.Query(TaskItem.collection, limit: Tasks.exportPage)
    try projects.narrow(&query, to: call)
    try await narrow(&query, to: call)
    query.order = [call.stringIfPresent("project") == "*" ? "id" : "createdAt"]
    var output = ExportOutput(format, grouping: try call.string("groupBy"))
    var sprints: [String: String] = [:]
    while true {
      let page = try await documents.page(query, call.context)
      var tasks = page.items
      try await name(&sprints, of: tasks, call.context)
      if format == .json || format == .ndjson { try await addComments(to: &tasks, call.context) }
      for task in tasks { output.add(Tasks.exported(task, sprints)) }
      try await call.send(output.take())
      guard let next = page.next else { break }
      query.cursor = next
    }
    output.end()
    try await call.send(output.take())
    call.answer(json: Array(#"{"tasks":\#(output.count)}"#.utf8))
  }

  /// As many as one query of their comments can name.
  private static let exportPage = Documents.Query.valueLimit

  /// A task with the names that an import knows.
  private static func exported(_ task: Fields, _ sprints: [String: String]) -> Fields {
    var exported = task
    for name in ["source", "sourceState", "blocking"] { exported[name] = nil }
    exported["parent"] = task["parentTask"]
    exported["parentTask"] = nil
    exported["dependencies"] = task["blockedBy"]
    exported["blockedBy"] = nil
    if let id = task["sprint"]?.string { exported["sprint"] = .string(sprints[id] ?? id) }
    return exported
  }

  /// Looks up what the sprints of some tasks are called.
  private func name(
    _ names: inout [String: String], of tasks: [Fields], _ context: Context?
  ) async throws(Failure) {
    let unknown = Set(tasks.compactMap { $0["sprint"]?.string }).subtracting(names.keys).sorted()
    for case let sprint? in try await documents.get(unknown, as: SprintItem.self, context) {
      names[sprint.id] = sprint.name
    }
  }

  private func addComments(to tasks: inout [Fields], _ context: Context?) async throws(Failure) {
    var query = Documents.Query(CommentItem.collection)
    query.match("task", anyOf: tasks.compactMap { $0["id"] })
    query.match("hidden", .null)
    query.fields = ["task", "author", "text", "createdAt"]
    var comments: [String: [Fields]] = [:]
    for comment in try await documents.all(query, context) {
      var entry: Fields = ["author": .string(Handle.of(actor: comment["author"]?.string ?? ""))]
      entry["text"] = comment["text"]
      entry["createdAt"] = comment["createdAt"]
      comments[comment["task"]?.string ?? "", default: []].append(entry)
    }
    for place in tasks.indices {
      guard let all = comments[tasks[place]["id"]?.string ?? ""] else { continue }
      let inOrder = all.sorted { ($0["createdAt"]?.string ?? "") < ($1["createdAt"]?.string ?? "") }
      tasks[place]["comments"] = .array(inOrder.map(Value.object))
    }
  }
}

/// Where exported tasks are written.
private struct ExportOutput {
  private enum Writer {
    case pieces(TaskExport)
    /// Markdown puts tasks under headings, and so needs all of them.
    case whole([Fields], TaskMarkdown.Grouping)
  }

  private var writer: Writer
  private var text: [UInt8] = []
  private(set) var count = 0

  init(_ format: Tasks.ExportFormat, grouping: String) {
    writer =
      switch format {
      case .json: .pieces(TaskExport(.json))
      case .ndjson: .pieces(TaskExport(.ndjson))
      case .csv: .pieces(TaskExport(.csv))
      case .markdown: .whole([], TaskMarkdown.Grouping(rawValue: grouping) ?? .status)
      }
  }

  mutating func add(_ task: Fields) {
    count += 1
    switch writer {
    case .pieces(var export):
      // Nobody else may hold the pieces while they grow.
      writer = .whole([], .status)
      export.add(task)
      writer = .pieces(export)
    case .whole(var tasks, let grouping):
      writer = .whole([], grouping)
      tasks.append(task)
      writer = .whole(tasks, grouping)
    }
  }

  mutating func end() {
    switch writer {
    case .pieces(var export):
      export.end()
      writer = .pieces(export)
    case .whole(let tasks, let grouping): text = Array(TaskMarkdown.text(of: tasks, groupedBy: grouping).utf8)
    }
  }

  /// Takes away what has been written since the last time.
  mutating func take() -> [UInt8] {
    if case .pieces(var export) = writer {
      text = export.take()
      writer = .pieces(export)
    }
    defer { text = [] }
    return text
  }
}

extension Call {
  /// Sends text as a chunk of a stream, waiting for room as long as it takes.
  @Loop
  fileprivate func send(_ text: [UInt8]) async throws(Failure) {
    guard !text.isEmpty else { return }
    var json = JSONWriter(capacity: text.count + text.count / 8 + 16)
    text.withUnsafeBytes { json.string(utf8: $0) }
    while true {
      switch emit(json) {
      case .ok: return
      case .resourceExhausted: await writable()
      default: throw Failure(.cancelled, "nobody reads the tasks any more")
      }
    }
  }

  @Loop
  private func writable() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      var waiting: CheckedContinuation<Void, Never>? = continuation
      let go: @Loop () -> Void = {
        waiting?.resume()
        waiting = nil
      }
      onWritable(go)
      onCancel(go)
    }
  }
}
