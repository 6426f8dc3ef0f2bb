import PluginData

/// The CSV that Linear exports.
struct LinearReader: ItemReader {
  private enum Column: Sendable {
    case id, uuid, team, title, description, status, estimate, priority, project, assignee, labels
    case cycleNumber, cycleName, cycleStart, cycleEnd
    case created, updated, started, completed, canceled, due
    case parent
    case links(ImportedLink.Kind)
  }

  private var table: CSVTable<Column>

  init() {
    table = CSVTable { names in
      names.contains("id") && names.contains("title")
        ? nil : "the first line has no columns “ID” and “Title”; is this a CSV export of Linear?"
    } column: { name in
      LinearReader.column(name)
    }
  }

  private static func column(_ name: String) -> (Column, String)? {
    switch name {
    case "id": (.id, "sourceID")
    case "uuid": (.uuid, "sourceID")
    case "team": (.team, "project")
    case "title": (.title, "title")
    case "description": (.description, "description")
    case "status": (.status, "status")
    case "estimate": (.estimate, "storyPoints")
    case "priority": (.priority, "priority")
    case "project": (.project, "component")
    case "assignee": (.assignee, "assignee")
    case "labels": (.labels, "labels")
    case "cycle number": (.cycleNumber, "sprint")
    case "cycle name": (.cycleName, "sprint")
    case "cycle start": (.cycleStart, "sprint")
    case "cycle end": (.cycleEnd, "sprint")
    case "created": (.created, "createdAt")
    case "updated": (.updated, "updatedAt")
    case "started": (.started, "startDate")
    case "completed": (.completed, "completedDate")
    case "canceled": (.canceled, "status")
    case "due date": (.due, "dueDate")
    case "parent issue": (.parent, "parent")
    case "related to": (.links(.relates), "links")
    case "blocked by": (.links(.blockedBy), "links")
    case "duplicate of": (.links(.duplicates), "links")
    default: nil
    }
  }

  mutating func feed(_ bytes: [UInt8]) { table.feed(bytes) }
  mutating func end() { table.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard let record = try table.next(&context) else { return false }
    var row = LinearRow()
    for cell in record.cells {
      if case .id = cell.column { row.id = cell.text.trimmed }
    }
    guard !row.id.isEmpty else {
      context.report.problem(record.line, "has no ID and is left out")
      return true
    }
    var draft = TaskDraft(sourceID: "linear:\(row.id)", row: record.line)
    for cell in record.cells { read(cell, &row, &draft, &context) }
    finish(row, &draft, &context)
    return true
  }

  private func read(
    _ cell: CSVTable<Column>.Cell, _ row: inout LinearRow, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) {
    let (text, name, line) = (cell.text, cell.name, draft.row)
    switch cell.column {
    case .id: break
    case .uuid: draft.edit { $0.aliases.append("linear:\(text.trimmed)") }
    case .team: row.team = text
    case .title: row.title = text
    case .description: draft.add(description: text)
    case .status: row.status = text
    case .estimate: draft.set("storyPoints", number: context.number(text, name, row: line), &context)
    case .priority: draft.set("priority", context.priority(text).map(Value.string))
    case .project: draft.set("component", name: text, &context)
    case .assignee:
      draft.add(assignee: text, &context)
      context.person("linear:user:\(text)", name: text, email: text.contains("@") ? text : nil)
    case .labels: for label in text.split(separator: ",") { draft.add(label: String(label), &context) }
    case .cycleNumber: row.cycleNumber = text
    case .cycleName: row.cycleName = text
    case .cycleStart: row.cycleStart = context.moment(text, name, row: line)
    case .cycleEnd: row.cycleEnd = context.moment(text, name, row: line)
    case .created: draft.set("createdAt", moment: context.moment(text, name, row: line))
    case .updated: draft.set("updatedAt", moment: context.moment(text, name, row: line))
    case .started:
      row.hint = row.hint ?? "in_progress"
      draft.set("startDate", moment: context.moment(text, name, row: line))
    case .completed:
      row.hint = "done"
      draft.set("completedDate", moment: context.moment(text, name, row: line))
    case .canceled: row.hint = "cancelled"
    case .due: draft.set("dueDate", context.dayOrMoment(text, name, row: line))
    case .parent: draft.edit { $0.parent = "linear:\(text.trimmed)" }
    case .links(let kind):
      for id in text.split(separator: ",") { draft.add(kind, "linear:\(String(id).trimmed)") }
    }
  }

  private func finish(_ row: LinearRow, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    if let team = row.team {
      let project = context.project("linear:team:\(team)", name: team)
      draft.edit { $0.project = project }
    }
    if let cycle = row.cycleNumber ?? row.cycleName {
      let sprint = context.sprint(
        ImportedSprint(
          sourceID: "linear:cycle:\(row.team ?? "")/\(cycle)", name: row.cycleName ?? "Cycle \(cycle)",
          start: row.cycleStart, end: row.cycleEnd))
      draft.edit { $0.sprint = sprint }
    }
    draft.set("status", .string(context.status(row.status ?? "Todo", hint: row.hint)))
    draft.emit(title: row.title, into: &context)
  }
}

/// What is known of an issue only when all its columns have been seen.
private struct LinearRow {
  var id = ""
  var title: String?
  var team: String?
  var status: String?
  /// The status as the dates show it, for states that a team has named itself.
  var hint: String?
  var cycleNumber: String?
  var cycleName: String?
  var cycleStart: Instant?
  var cycleEnd: Instant?
}
