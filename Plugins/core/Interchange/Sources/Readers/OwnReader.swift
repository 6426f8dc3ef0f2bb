import PluginData

/// Our own export as JSON: a list of tasks, or one task to a line.
struct OwnJSONReader: ItemReader {
  private var rows: JSONRows

  init(parse: @escaping JSONParser) {
    rows = JSONRows(parse: parse)
  }

  mutating func feed(_ bytes: [UInt8]) { rows.feed(bytes) }
  mutating func end() { rows.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    switch try rows.next(&context) {
    case .atEnd: return false
    case .nothing: break
    case .object(let task, let row): OwnTask.read(task, row: row, &context)
    }
    return true
  }
}

/// Our own export as CSV.
struct OwnCSVReader: ItemReader {
  private let parse: JSONParser
  private var table: CSVTable<String>

  init(parse: @escaping JSONParser) {
    self.parse = parse
    table = CSVTable { names in
      names.contains("title") ? nil : "the first line has no column “title”; is this our own CSV export?"
    } column: { name in
      guard let name = OwnFields.order.first(where: { $0.lowercased() == name }) else { return nil }
      return (name, name)
    }
  }

  mutating func feed(_ bytes: [UInt8]) { table.feed(bytes) }
  mutating func end() { table.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard let record = try table.next(&context) else { return false }
    var task = Fields()
    for cell in record.cells {
      let text = CSVText.unguarded(cell.text)
      switch cell.column {
      case let name where OwnFields.lists.contains(name):
        task[name] = .array(CSVText.values(text).map(Value.string))
      case let name where OwnFields.numbers.contains(name):
        task[name] = Double(text).map { number in Int64(exactly: number).map(Value.int) ?? .double(number) }
        if task[name] == nil { context.report.problem(record.line, "\(name) “\(text.shortened(to: 60))” is no number") }
      case "checkpoints":
        task["checkpoints"] = try? parse(Array(text.utf8))
        if task["checkpoints"] == nil { context.report.problem(record.line, "checkpoints are no JSON list") }
      case let name: task[name] = .string(text)
      }
    }
    OwnTask.read(task, row: record.line, &context, reportsFields: false)
    return true
  }
}

/// A task as we export it.
private enum OwnTask {
  /// - Parameter reportsFields: False where the columns have been reported already.
  static func read(_ task: Fields, row: Int, _ context: inout ImportContext, reportsFields: Bool = true) {
    guard let id = (task["id"] ?? task["key"])?.text, !id.isEmpty else {
      return context.report.problem(row, "has neither id nor key and is left out")
    }
    var draft = TaskDraft(sourceID: "orchestron:\(id)", row: row)
    if let key = task["key"]?.text, key != id { draft.edit { $0.aliases.append("orchestron:\(key)") } }
    for (name, value) in task.members where value != .null {
      let isTaken = read(name, value, &draft, &context)
      if reportsFields { context.report.mapped(name, to: isTaken ? name : nil, value.example) }
    }
    draft.emit(title: task["title"]?.string, into: &context)
  }

  /// Takes over one member; returns whether it was.
  private static func read(
    _ name: String, _ value: Value, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) -> Bool {
    let row = draft.row
    let text = value.text ?? ""
    switch name {
    case "id", "key", "title": return true
    case "project":
      let project = context.project("orchestron:project:\(text)", name: text)
      draft.edit { $0.project = project }
    case "description": draft.add(description: text)
    case "status": draft.set("status", .string(context.status(text)))
    case "type": draft.set("type", .string(context.type(text)))
    case "priority": draft.set("priority", context.priority(text).map(Value.string))
    case "assignee", "component": draft.set(name, name: text, &context)
    case "labels": for label in value.elements { draft.add(label: label.string ?? "", &context) }
    case "watchers": for watcher in value.elements { draft.add(watcher: watcher.string ?? "", &context) }
    case "parent": draft.edit { $0.parent = "orchestron:\(text)" }
    case "sprint":
      let sprint = context.sprint(ImportedSprint(sourceID: "orchestron:sprint:\(text)", name: text))
      draft.edit { $0.sprint = sprint }
    case "dependencies":
      for blocker in value.elements {
        if let id = blocker.text { draft.add(.blockedBy, "orchestron:\(id)") }
      }
    case "startDate", "dueDate":
      // A midnight is meant as one here.
      if let day = Day(text), day.year > 0 {
        draft.set(name, value)
      } else {
        draft.set(name, moment: context.moment(text, name, row: row))
      }
    case "createdAt", "updatedAt", "completedDate": draft.set(name, moment: context.moment(text, name, row: row))
    case "estimatedHours", "actualHours", "storyPoints", "progress":
      draft.set(name, number: context.number(text, name, row: row), &context)
    case "checkpoints": draft.set(name, value)
    case "comments":
      for comment in value.elements {
        guard let fields = comment.object, let text = fields["text"]?.string, !text.isEmpty else { continue }
        let createdAt = fields["createdAt"]?.text.flatMap { context.moment($0, name, row: row) }
        let comment = ImportedComment(author: fields["author"]?.string, text: text, createdAt: createdAt)
        draft.edit { $0.comments.append(comment) }
      }
    default: return false
    }
    return true
  }
}
