import PluginData

/// What `task export` of Taskwarrior writes, as a list or one task to a line.
struct TaskwarriorReader: ItemReader {
  private var rows: JSONRows

  init(parse: @escaping JSONParser) {
    rows = JSONRows(parse: parse)
  }

  mutating func feed(_ bytes: [UInt8]) { rows.feed(bytes) }
  mutating func end() { rows.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    switch try rows.next(&context) {
    case .atEnd: return false
    case .nothing: return true
    case .object(let task, let row):
      read(task, row: row, &context)
      return true
    }
  }

  private func read(_ task: Fields, row: Int, _ context: inout ImportContext) {
    guard task["status"]?.string != "recurring" else {
      return context.report.skip("template of a recurring task")
    }
    guard let uuid = task["uuid"]?.string, !uuid.isEmpty else {
      return context.report.problem(row, "has no uuid and is left out")
    }
    var draft = TaskDraft(sourceID: "taskwarrior:\(uuid.lowercased())", row: row)
    for (name, value) in task.members where !value.isEmpty {
      let target = read(name, value, in: task, &draft, &context)
      context.report.mapped(name, to: target, value.example)
    }
    draft.set("status", .string(status(of: task, &context)))
    draft.emit(title: task["description"]?.string, into: &context)
  }

  /// Takes over one member; returns which field of ours it became.
  private func read(
    _ name: String, _ value: Value, in task: Fields, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) -> String? {
    let row = draft.row
    let text = value.text ?? ""
    switch name {
    case "uuid": return "sourceID"
    case "description": return "title"
    case "status": return "status"
    case "entry":
      draft.set("createdAt", moment: context.moment(text, name, row: row))
      return "createdAt"
    case "modified":
      draft.set("updatedAt", moment: context.moment(text, name, row: row))
      return "updatedAt"
    case "end":
      draft.set("completedDate", moment: context.moment(text, name, row: row))
      return "completedDate"
    case "due":
      draft.set("dueDate", day(text, name, row: row, &context))
      return "dueDate"
    case "start":
      draft.set("startDate", moment: context.moment(text, name, row: row))
      return "startDate"
    case "scheduled":
      guard task["start"] == nil else { return nil }
      draft.set("startDate", day(text, name, row: row, &context))
      return "startDate"
    case "project":
      draft.set("component", name: text, &context)
      return "component"
    case "priority":
      draft.set("priority", context.priority(text).map(Value.string))
      return "priority"
    case "tags":
      for tag in value.elements { draft.add(label: tag.string ?? "", &context) }
      return "labels"
    case "depends":
      // A list since version 2.6, before that one text with commas.
      let uuids = value.string.map { $0.split(separator: ",").map(String.init) } ?? value.elements.compactMap(\.string)
      for uuid in uuids { draft.add(.blockedBy, "taskwarrior:\(uuid.trimmed.lowercased())") }
      return "links"
    case "annotations":
      for annotation in value.elements {
        guard let fields = annotation.object, let text = fields["description"]?.string, !text.isEmpty else { continue }
        let createdAt = fields["entry"]?.text.flatMap { context.moment($0, name, row: row) }
        draft.edit { $0.comments.append(ImportedComment(text: text, createdAt: createdAt)) }
      }
      return "comments"
    default: return nil
    }
  }

  /// A day is written as its midnight in UTC terms; in the user's zone it is a day again.
  private func day(_ text: String, _ name: String, row: Int, _ context: inout ImportContext) -> Value? {
    guard let moment = context.moment(text, name, row: row) else { return nil }
    let zone = context.options.timeZone
    let day = zone.day(at: moment)
    return .string(zone.moment(of: day) == moment ? day.text : moment.text)
  }

  private func status(of task: Fields, _ context: inout ImportContext) -> String {
    let word = task["status"]?.string ?? "pending"
    if word == "pending", task["start"]?.isEmpty == false { return context.status("active") }
    return context.status(word)
  }
}
