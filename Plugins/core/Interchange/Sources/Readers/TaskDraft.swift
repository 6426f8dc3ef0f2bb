import PluginData

/// A task on its way from a row of the source: keeps what is taken over within what a task of ours may hold.
struct TaskDraft {
  private(set) var task: ImportedTask
  private var labels: [String] = []
  private var watchers: [String] = []
  private var paragraphs: [String] = []

  init(sourceID: String, row: Int) {
    task = ImportedTask(sourceID: sourceID, row: row)
  }

  var row: Int { task.row }

  var status: String? { task.fields["status"]?.string }

  // MARK: Fields

  mutating func set(_ name: String, _ value: Value?) {
    if let value { task.fields[name] = value }
  }

  mutating func set(_ name: String, moment: Instant?) {
    if let moment { task.fields[name] = .string(moment.text) }
  }

  mutating func set(_ name: String, number: Double?, _ context: inout ImportContext) {
    guard let number else { return }
    if let most = OwnFields.maxima[name], number > most {
      return context.report.problem(row, "\(name) is \(number) and cannot be more than \(Int(most))")
    }
    task.fields[name] = .double(number)
  }

  /// Sets a name of at most 200 characters.
  mutating func set(_ name: String, name text: String, _ context: inout ImportContext) {
    let text = limited(text.trimmed, to: 200, name, &context)
    if VisibleText.shows(text) { task.fields[name] = .string(text) }
  }

  /// Adds a part of the description; parts have an empty line between them.
  mutating func add(description: String) {
    if !description.trimmed.isEmpty { paragraphs.append(description) }
  }

  mutating func add(label: String, _ context: inout ImportContext) {
    let label = limited(label.trimmed, to: 64, "label", &context)
    guard !label.isEmpty, !labels.contains(label) else { return }
    guard labels.count < 50 else {
      return context.report.problem(row, "has more than 50 labels; “\(label)” is left out")
    }
    labels.append(label)
  }

  /// Sets the first person who works on the task, or adds a further one as a watcher.
  mutating func add(assignee: String, _ context: inout ImportContext) {
    if task.fields["assignee"] == nil {
      set("assignee", name: assignee, &context)
    } else if task.fields["assignee"]?.string != assignee {
      add(watcher: assignee, &context)
    }
  }

  mutating func add(watcher: String, _ context: inout ImportContext) {
    let watcher = limited(watcher.trimmed, to: 200, "watcher", &context)
    if !watcher.isEmpty, !watchers.contains(watcher) { watchers.append(watcher) }
  }

  /// Relates the task to another one, once, and not to itself.
  mutating func add(_ kind: ImportedLink.Kind, _ target: String) {
    let link = ImportedLink(kind, target)
    if target != task.sourceID, !task.links.contains(link) { task.links.append(link) }
  }

  mutating func edit(_ change: (inout ImportedTask) -> Void) {
    change(&task)
  }

  // MARK: Finishing

  /// Emits the task; one without a title is reported instead.
  mutating func emit(title: String?, into context: inout ImportContext) {
    let whole = (title ?? "").split(whereSeparator: \.isNewline).joined(separator: " ").trimmed
    guard VisibleText.shows(whole) else {
      return context.report.problem(row, "has no title and is left out")
    }
    let title = limited(whole, to: 500, "title", &context)
    if title != whole { paragraphs.insert(whole, at: 0) }
    let description = limited(paragraphs.joined(separator: "\n\n"), to: 100_000, "description", &context)
    task.fields["title"] = .string(title)
    if !description.isEmpty { task.fields["description"] = .string(description) }
    if !labels.isEmpty { task.fields["labels"] = .array(labels.map(Value.string)) }
    if !watchers.isEmpty { task.fields["watchers"] = .array(watchers.map(Value.string)) }
    if status == nil { task.fields["status"] = "todo" }
    if status != "done" { task.fields["completedDate"] = nil }
    task.fields = task.fields.arranged(by: OwnFields.order)
    context.emit(task)
  }

  /// Cuts a text that is longer than a task of ours may have it; counts as the host does, by code points.
  private func limited(_ text: String, to limit: Int, _ field: String, _ context: inout ImportContext) -> String {
    guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
    context.report.problem(row, "\(field) has more than \(limit) characters; the rest is left out")
    return String(text.unicodeScalars.prefix(limit - 1)) + "…"
  }
}
