import PluginData

/// Issues as GitHub's REST API lists them and as `gh issue list --json` writes them, which differ in the names of members.
struct GitHubReader: ItemReader {
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
    case .object(let fields, let row):
      // A search answers with one object around the list.
      if fields["number"] == nil, let items = fields["items"] {
        guard case .array = items else {
          context.report.problem(row, "has “items” that are no list")
          return true
        }
        for (place, item) in items.elements.enumerated() {
          guard let item = item.object else {
            context.report.problem(place + 1, "is no JSON object")
            continue
          }
          read(item, row: place + 1, &context)
        }
      } else {
        read(fields, row: row, &context)
      }
      return true
    }
  }

  private func read(_ issue: Fields, row: Int, _ context: inout ImportContext) {
    guard issue["pull_request"]?.object == nil, issue["isPullRequest"] != true else {
      return context.report.skip("pull request")
    }
    guard let number = issue["number"]?.int else {
      return context.report.problem(row, "has no number and is left out; export with the field number")
    }
    let address = Address(issue, repository: context.options.repository)
    if address.repository == nil {
      context.report.note("issues without an address were taken as of one repository; name it to keep several apart")
    }
    var draft = TaskDraft(sourceID: address.sourceID(number), row: row)
    if let repository = address.repository {
      let project = context.project("github:\(repository)", name: repository)
      draft.edit { $0.project = project }
    }
    for (name, value) in issue.members where !value.isEmpty {
      let target = read(name, value, address, &draft, &context)
      context.report.mapped(name, to: target, value.example)
    }
    setStatus(issue, &draft, &context)
    draft.emit(title: issue["title"]?.string, into: &context)
  }

  /// Takes over one member; returns which field of ours it became.
  private func read(
    _ name: String, _ value: Value, _ address: Address, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) -> String? {
    let row = draft.row
    switch name {
    case "number", "url", "html_url", "repository_url": return "sourceID"
    case "title": return "title"
    case "state", "state_reason", "stateReason", "closed": return "status"
    case "body":
      draft.add(description: value.string ?? "")
      return "description"
    case "created_at", "createdAt":
      draft.set("createdAt", moment: context.moment(value.text ?? "", name, row: row))
      return "createdAt"
    case "updated_at", "updatedAt":
      draft.set("updatedAt", moment: context.moment(value.text ?? "", name, row: row))
      return "updatedAt"
    case "closed_at", "closedAt":
      draft.set("completedDate", moment: context.moment(value.text ?? "", name, row: row))
      return "completedDate"
    case "labels":
      for label in value.elements { readLabel(label.object?["name"]?.string ?? label.string ?? "", &draft, &context) }
      return "labels"
    case "assignee":
      // The list has this one, too.
      guard let login = login(value, &context) else { return nil }
      draft.add(assignee: login, &context)
      return "assignee"
    case "assignees":
      for person in value.elements {
        if let login = login(person, &context) { draft.add(assignee: login, &context) }
      }
      return "assignee"
    case "type", "issueType":
      guard let word = value.object?["name"]?.string ?? value.string else { return nil }
      draft.set("type", .string(context.type(word)))
      return "type"
    case "comments":
      guard case .array(let comments) = value else { return nil }
      for comment in comments { readComment(comment, name, &draft, &context) }
      return "comments"
    case "parent", "parent_issue_url":
      guard let parent = address.reference(value) else { return nil }
      draft.edit { $0.parent = parent }
      return "parent"
    case "blockedBy", "blocking":
      for issue in value.object?["nodes"]?.elements ?? value.elements {
        if let target = address.reference(issue) { draft.add(name == "blocking" ? .blocks : .blockedBy, target) }
      }
      return "links"
    default: return nil
    }
  }

  /// A label stays a label; some say the type or priority besides.
  private func readLabel(_ label: String, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    draft.add(label: label, &context)
    let folded = StatusTerms.folded(label)
    let last = folded.split(separator: " ").last.map(String.init) ?? ""
    if folded.hasPrefix("priority") || folded.count == 2 && folded.hasPrefix("p") {
      if let priority = PriorityTerms.priority(last) {
        context.report.term("priority", label, to: priority, .category)
        draft.set("priority", .string(priority))
      }
    } else if draft.task.fields["type"] == nil,
      folded == "bug" || folded == "epic" || folded.hasPrefix("type ") || folded.hasPrefix("kind "),
      let type = TypeTerms.type(last)
    {
      context.report.term("type", label, to: type, .category)
      draft.set("type", .string(type))
    }
  }

  private func readComment(
    _ comment: Value, _ name: String, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) {
    guard let fields = comment.object, let text = fields["body"]?.string, !text.isEmpty else { return }
    let author = (fields["author"] ?? fields["user"]).flatMap { login($0, &context) }
    let moment = (fields["createdAt"] ?? fields["created_at"])?.text
    let createdAt = moment.flatMap { context.moment($0, name, row: draft.row) }
    draft.edit { $0.comments.append(ImportedComment(author: author, text: text, createdAt: createdAt)) }
  }

  private func login(_ person: Value, _ context: inout ImportContext) -> String? {
    guard let login = person.object?["login"]?.string ?? person.string, !login.isEmpty else { return nil }
    context.person("github:user:\(login)", name: login, email: person.object?["email"]?.string)
    return login
  }

  private func setStatus(_ issue: Fields, _ draft: inout TaskDraft, _ context: inout ImportContext) {
    let state = issue["state"]?.string ?? (issue["closed"] == true ? "closed" : "open")
    let reason = (issue["state_reason"] ?? issue["stateReason"])?.string ?? ""
    let isGivenUp = ["not_planned", "duplicate"].contains(reason.lowercased())
    draft.set("status", .string(context.status(isGivenUp ? reason : state)))
  }
}

/// Where an issue is.
private struct Address {
  let repository: String?

  init(_ issue: Fields, repository: String?) {
    let addresses = ["html_url", "url", "repository_url"].lazy.compactMap { issue[$0]?.string }
    self.repository = addresses.compactMap(Address.repository).first ?? repository
  }

  func sourceID(_ number: Int64) -> String { "github:\(repository ?? "")#\(number)" }

  /// The source id of an issue that is named by an object with its number, or by its address.
  func reference(_ value: Value) -> String? {
    let fields = value.object
    guard let address = value.string ?? fields?["url"]?.string ?? fields?["html_url"]?.string else {
      return (fields?["number"]?.int).map(sourceID)
    }
    guard let number = address.split(separator: "/").last.flatMap({ Int64($0) }) else { return nil }
    return "github:\(Address.repository(address) ?? repository ?? "")#\(number)"
  }

  /// `owner/repo` of `https://github.com/owner/repo/issues/12` and of the same below `api.github.com/repos`.
  private static func repository(_ address: String) -> String? {
    var parts = address.split(separator: "/")
    guard parts.count >= 4, parts[0].hasPrefix("http") else { return nil }
    if parts[2] == "repos" { parts.remove(at: 2) }
    // A server of one's own has its API below a path.
    if parts.count > 5, parts[2] == "api" { parts.removeSubrange(2..<5) }
    return parts.count >= 4 ? "\(parts[2])/\(parts[3])" : nil
  }
}
