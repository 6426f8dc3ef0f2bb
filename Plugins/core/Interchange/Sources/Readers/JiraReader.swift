import PluginData

/// The CSV that Jira Server, Data Center and Cloud export. What an issue has several of, such as labels and comments,
/// comes in several columns of one name.
///
/// Times have the zone of the person who made the export, and durations are seconds.
struct JiraReader: ItemReader {
  private enum Column: Sendable {
    case key, id, summary, description, type, status, statusCategory, resolution, priority
    case projectKey, projectName
    case assignee, watcher
    case created, updated, resolved, start, due
    case label, component, sprint
    case estimate, timeSpent, worklog, points
    case comment, parent, epic, epicName
    case link(ImportedLink.Kind)
  }

  private var table: CSVTable<Column>

  init() {
    table = CSVTable { names in
      if !names.contains("issue key"), !names.contains("work item key"), !names.contains("key") {
        return "the first line has no column “Issue key”; is this a CSV export of Jira with all fields?"
      }
      return names.contains("summary") ? nil : "the first line has no column “Summary”; export it from Jira, too"
    } column: { name in
      JiraReader.column(name)
    }
  }

  private static func column(_ name: String) -> (Column, String)? {
    switch name {
    case "issue key", "work item key", "key": (.key, "sourceID")
    case "issue id", "work item id": (.id, "sourceID")
    case "summary": (.summary, "title")
    case "description": (.description, "description")
    case "issue type", "work type", "work item type": (.type, "type")
    case "status": (.status, "status")
    case "status category": (.statusCategory, "status")
    case "resolution": (.resolution, "status")
    case "priority": (.priority, "priority")
    case "project key": (.projectKey, "project")
    case "project name": (.projectName, "project")
    case "assignee": (.assignee, "assignee")
    case "watchers": (.watcher, "watchers")
    case "created": (.created, "createdAt")
    case "updated": (.updated, "updatedAt")
    case "resolved": (.resolved, "completedDate")
    case "due date", "due": (.due, "dueDate")
    case "custom field (start date)", "start date": (.start, "startDate")
    case "labels": (.label, "labels")
    case "component/s", "components": (.component, "component")
    case "sprint", "custom field (sprint)": (.sprint, "sprint")
    case "original estimate": (.estimate, "estimatedHours")
    case "time spent": (.timeSpent, "timeEntries")
    case "log work": (.worklog, "timeEntries")
    case "custom field (story points)", "custom field (story point estimate)", "story points", "story point estimate":
      (.points, "storyPoints")
    case "comment", "comments": (.comment, "comments")
    case "parent", "parent id", "parent key": (.parent, "parent")
    case "custom field (epic link)", "epic link": (.epic, "parent")
    case "custom field (epic name)": (.epicName, "title")
    case "inward issue link (blocks)": (.link(.blockedBy), "links")
    case "outward issue link (blocks)": (.link(.blocks), "links")
    case "inward issue link (relates)", "outward issue link (relates)": (.link(.relates), "links")
    case "inward issue link (duplicate)": (.link(.duplicatedBy), "links")
    case "outward issue link (duplicate)": (.link(.duplicates), "links")
    default: nil
    }
  }

  mutating func feed(_ bytes: [UInt8]) { table.feed(bytes) }
  mutating func end() { table.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard let record = try table.next(&context) else { return false }
    var row = JiraRow()
    for cell in record.cells {
      if case .key = cell.column { row.key = cell.text.trimmed }
    }
    guard !row.key.isEmpty else {
      context.report.problem(record.line, "has no issue key and is left out")
      return true
    }
    var draft = TaskDraft(sourceID: "jira:\(row.key)", row: record.line)
    for cell in record.cells { read(cell, &row, &draft, &context) }
    finish(row, &draft, &context)
    return true
  }

  private func read(
    _ cell: CSVTable<Column>.Cell, _ row: inout JiraRow, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) {
    let (text, name, line) = (cell.text, cell.name, draft.row)
    switch cell.column {
    case .key: break
    case .id: draft.edit { $0.aliases.append("jira:#\(text.trimmed)") }
    case .summary: row.summary = text
    case .description: draft.add(description: text)
    case .type: draft.set("type", .string(context.type(text)))
    case .status: row.status = text
    case .statusCategory: row.statusCategory = text
    case .resolution: row.resolution = text
    case .priority: draft.set("priority", context.priority(text).map(Value.string))
    case .projectKey: row.projectKey = text
    case .projectName: row.projectName = text
    case .assignee:
      draft.add(assignee: text, &context)
      context.person("jira:user:\(text)", name: text)
    case .watcher:
      draft.add(watcher: text, &context)
      context.person("jira:user:\(text)", name: text)
    case .created: draft.set("createdAt", moment: context.moment(text, name, row: line))
    case .updated: draft.set("updatedAt", moment: context.moment(text, name, row: line))
    case .resolved: draft.set("completedDate", moment: context.moment(text, name, row: line))
    case .start: draft.set("startDate", context.dayOrMoment(text, name, row: line))
    case .due: draft.set("dueDate", context.dayOrMoment(text, name, row: line))
    case .label: draft.add(label: text, &context)
    case .component:
      // A task of ours has one component; the others stay findable as labels.
      if draft.task.fields["component"] == nil {
        draft.set("component", name: text, &context)
      } else {
        draft.add(label: text, &context)
      }
    // The last one is the latest.
    case .sprint: row.sprint = text
    case .estimate: draft.set("estimatedHours", number: hours(text, name, line, &context), &context)
    case .timeSpent: row.hoursSpent = hours(text, name, line, &context)
    case .worklog: readWorklog(text, &draft, &context)
    case .points: draft.set("storyPoints", number: context.number(text, name, row: line), &context)
    case .comment: readComment(text, &draft, &context)
    case .parent, .epic:
      let parent = text.trimmed
      // A number is the id that no person sees, anything else the key.
      draft.edit { $0.parent = parent.utf8.allSatisfy(\.isASCIIDigit) ? "jira:#\(parent)" : "jira:\(parent)" }
    case .epicName: row.epicName = text
    case .link(let kind): draft.add(kind, "jira:\(text.trimmed)")
    }
  }

  private func finish(_ row: JiraRow, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    let key = row.projectKey ?? row.key.lastIndex(of: "-").map { String(row.key[..<$0]) } ?? row.key
    let project = context.project("jira:project:\(key)", name: row.projectName ?? key)
    draft.edit { $0.project = project }
    if let name = row.sprint {
      let sprint = context.sprint(ImportedSprint(sourceID: "jira:sprint:\(name)", name: name))
      draft.edit { $0.sprint = sprint }
    }
    // The sum of the entries; without them the only thing known.
    if let hours = row.hoursSpent, hours > 0, draft.task.timeEntries.isEmpty {
      draft.edit { $0.timeEntries.append(ImportedTimeEntry(hours: hours)) }
    }
    let hint = row.statusCategory.flatMap { StatusTerms.known(StatusTerms.folded($0)) }
    var status = context.status(row.status ?? "To Do", hint: hint)
    // Done by giving up.
    if status == "done", let resolution = row.resolution,
      StatusTerms.known(StatusTerms.folded(resolution)) == "cancelled"
    {
      context.report.term("status", "\(row.status ?? "") (\(resolution))", to: "cancelled", .category)
      status = "cancelled"
    }
    draft.set("status", .string(status))
    draft.emit(title: row.summary ?? row.epicName, into: &context)
  }

  // MARK: Parts

  /// `31/Jan/26 9:30 AM;author;text`.
  private func readComment(_ text: String, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    let parts = text.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let createdAt = moment(parts[0], context) else {
      return draft.edit { $0.comments.append(ImportedComment(text: text)) }
    }
    let author = String(parts[1]).trimmed
    let comment = ImportedComment(
      author: author.isEmpty ? nil : author, text: String(parts[2]), createdAt: createdAt)
    draft.edit { $0.comments.append(comment) }
    if !author.isEmpty { context.person("jira:user:\(author)", name: author) }
  }

  /// `text;31/Jan/26 9:30 AM;author;3600`, where the text may have semicolons of its own.
  private func readWorklog(_ text: String, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    let parts = text.split(separator: ";", omittingEmptySubsequences: false)
    guard parts.count >= 3, let seconds = Double(String(parts[parts.count - 1]).trimmed), seconds >= 0,
      seconds.isFinite, let start = moment(parts[parts.count - 3], context)
    else {
      return context.report.problem(draft.row, "Log Work “\(text.shortened(to: 60))” is no text;date;author;seconds")
    }
    let person = String(parts[parts.count - 2]).trimmed
    let note = parts.dropLast(3).joined(separator: ";")
    let entry = ImportedTimeEntry(
      person: person.isEmpty ? nil : person, start: start, hours: seconds / 3600, note: note.isEmpty ? nil : note)
    draft.edit { $0.timeEntries.append(entry) }
    if !person.isEmpty { context.person("jira:user:\(person)", name: person) }
  }

  private func moment(_ text: Substring, _ context: ImportContext) -> Instant? {
    let options = context.options
    switch try? DateText.read(String(text), order: options.dateOrder, zone: options.timeZone).reading {
    case .moment(let moment, _): return moment
    case .day(let day): return options.timeZone.moment(of: day)
    case nil: return nil
    }
  }

  private func hours(_ text: String, _ name: String, _ line: Int, _ context: inout ImportContext) -> Double? {
    context.number(text, name, row: line).map { $0 / 3600 }
  }
}

/// What is known of an issue only when all its columns have been seen.
private struct JiraRow {
  var key = ""
  var summary: String?
  var epicName: String?
  var status: String?
  var statusCategory: String?
  var resolution: String?
  var projectKey: String?
  var projectName: String?
  var sprint: String?
  var hoursSpent: Double?
}
