import PluginData

/// The `issues.csv` in the archive that Vibe Kanban exports.
struct VibeKanbanReader: ItemReader {
  private enum Column: Sendable {
    case id, title, description, status, priority, project, assignees, created, updated, start, due, completed, parent
  }

  private var table: CSVTable<Column>

  init() {
    table = CSVTable { names in
      names.contains("issue id") && names.contains("title")
        ? nil : "the first line has no columns “Issue ID” and “Title”; import the issues.csv of Vibe Kanban's export"
    } column: { name in
      VibeKanbanReader.column(name)
    }
  }

  private static func column(_ name: String) -> (Column, String)? {
    switch name {
    case "issue id": (.id, "sourceID")
    case "title": (.title, "title")
    case "description": (.description, "description")
    case "status": (.status, "status")
    case "priority": (.priority, "priority")
    case "project": (.project, "project")
    case "assignee(s)": (.assignees, "assignee")
    case "created": (.created, "createdAt")
    case "updated": (.updated, "updatedAt")
    case "start date": (.start, "startDate")
    case "due date": (.due, "dueDate")
    case "completed": (.completed, "completedDate")
    case "parent issue": (.parent, "parent")
    default: nil
    }
  }

  mutating func feed(_ bytes: [UInt8]) { table.feed(bytes) }
  mutating func end() { table.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard let record = try table.next(&context) else { return false }
    let texts = Dictionary(record.cells.map { ($0.column, $0.text) }, uniquingKeysWith: { first, _ in first })
    guard let id = texts[.id]?.trimmed, !id.isEmpty else {
      context.report.problem(record.line, "has no Issue ID and is left out")
      return true
    }
    var draft = TaskDraft(sourceID: "vibekanban:\(id)", row: record.line)
    for cell in record.cells { read(cell, &draft, &context) }
    let hint = texts[.completed] == nil ? nil : "done"
    draft.set("status", .string(context.status(texts[.status] ?? "To do", hint: hint)))
    draft.emit(title: texts[.title], into: &context)
    return true
  }

  private func read(_ cell: CSVTable<Column>.Cell, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    let (text, name, line) = (cell.text, cell.name, draft.row)
    switch cell.column {
    case .id, .title, .status: break
    case .description: draft.add(description: text)
    case .priority: draft.set("priority", context.priority(text).map(Value.string))
    case .project:
      let project = context.project("vibekanban:project:\(text)", name: text)
      draft.edit { $0.project = project }
    case .assignees:
      for part in text.split(separator: ",") {
        let person = String(part).trimmed
        guard !person.isEmpty else { continue }
        draft.add(assignee: person, &context)
        context.person("vibekanban:user:\(person)", name: person)
      }
    case .created: draft.set("createdAt", moment: context.moment(text, name, row: line))
    case .updated: draft.set("updatedAt", moment: context.moment(text, name, row: line))
    case .start: draft.set("startDate", context.dayOrMoment(text, name, row: line))
    case .due: draft.set("dueDate", context.dayOrMoment(text, name, row: line))
    case .completed: draft.set("completedDate", moment: context.moment(text, name, row: line))
    case .parent: draft.edit { $0.parent = "vibekanban:\(text.trimmed)" }
    }
  }
}
