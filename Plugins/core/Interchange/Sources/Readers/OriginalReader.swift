import PluginData

/// The SQLite file of the TypeScript original: tasks, to-dos and sprints are nodes with a JSON payload, their relations
/// edges.
///
/// The original overwrote the time of a node at every change, so it is taken as the time of the last one.
struct OriginalReader: ItemReader {
  /// The most bytes that the file may have.
  private static let limit = 1 << 30
  /// Nodes read at a time.
  private static let batch: Int64 = 500

  private enum Phase {
    case beforeReading, sprints, tasks, atEnd
  }

  private let parse: JSONParser
  private var bytes: [UInt8] = []
  private var hasEnded = false
  private var phase = Phase.beforeReading
  private var lastRow = Int64.min
  private var count = 0

  init(parse: @escaping JSONParser) {
    self.parse = parse
  }

  mutating func feed(_ bytes: [UInt8]) {
    // One byte more than allowed is enough to refuse.
    self.bytes += bytes.prefix(OriginalReader.limit + 1 - self.bytes.count)
  }

  mutating func end() {
    hasEnded = true
  }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard bytes.count <= OriginalReader.limit else {
      throw ImportFailure("the SQLite file is longer than \(OriginalReader.limit >> 20) MiB")
    }
    guard hasEnded else { return false }
    switch phase {
    case .beforeReading:
      try check()
      phase = .sprints
    case .sprints:
      for node in try nodes(only: "AND node_type = 'sprint'") { readSprint(node, &context) }
      phase = .tasks
      lastRow = Int64.min
    case .tasks:
      let nodes = try nodes(only: "LIMIT \(OriginalReader.batch)")
      if nodes.isEmpty {
        phase = .atEnd
        bytes = []
      }
      let tasks = nodes.filter { node in
        if node.type != "sprint", !OwnFields.types.contains(node.type) {
          context.report.skip("node of type \(node.type)")
        }
        return OwnFields.types.contains(node.type)
      }
      let edges = try edges(of: tasks)
      for task in tasks { readTask(task, edges[task.id] ?? [], &context) }
    case .atEnd: return false
    }
    return true
  }

  // MARK: The file

  private mutating func check() throws(ImportFailure) {
    guard bytes.starts(with: Array("SQLite format 3\0".utf8)), bytes.count >= 100 else {
      throw ImportFailure("this is no SQLite file; the original keeps its data in .orchestron/orchestron.db")
    }
    // A file that was written with a write-ahead log cannot be opened from memory until its header says otherwise.
    for place in 18...19 where bytes[place] == 2 { bytes[place] = 1 }
    let tables = try query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).compactMap(\.first?.text)
    for table in ["nodes", "edges"] where !tables.contains(table) {
      throw ImportFailure("the SQLite file has no table “\(table)”; is it the orchestron.db of the original?")
    }
  }

  private mutating func query(
    _ query: String, _ parameters: [MemoryDatabase.Cell] = []
  ) throws(ImportFailure) -> [[MemoryDatabase.Cell]] {
    let result = bytes.withUnsafeMutableBytes { bytes in
      Result { () throws(ImportFailure) in try MemoryDatabase(bytes).rows(query, parameters) }
    }
    return try result.get()
  }

  private mutating func nodes(only condition: String) throws(ImportFailure) -> [Node] {
    // After a row id, so that no statement has to stay open; ids that are no text cannot be referred to.
    let order = condition.hasPrefix("LIMIT") ? "ORDER BY rowid \(condition)" : "\(condition) ORDER BY rowid"
    let rows = try query(
      "SELECT rowid, node_id, node_type, timestamp, payload FROM nodes WHERE rowid > ?1 \(order)", [.int(lastRow)])
    lastRow = rows.last?.first?.int ?? lastRow
    return rows.map { row in
      count += 1
      return Node(
        row: count, id: row[1].text ?? "", type: row[2].text?.lowercased() ?? "", timestamp: row[3].int,
        payload: row[4].text ?? "")
    }
  }

  private mutating func edges(of tasks: [Node]) throws(ImportFailure) -> [String: [Edge]] {
    guard !tasks.isEmpty else { return [:] }
    let ids: Fields = ["ids": .array(tasks.map { .string($0.id) })]
    let rows = try query(
      """
      SELECT edge_type, target_node_id, source_node_id FROM edges WHERE edge_type IN ('blocks', 'parent_of', 'supersedes')
        AND target_node_id IN (SELECT value FROM json_each(?1, '$.ids'))
      UNION ALL SELECT edge_type, source_node_id, target_node_id FROM edges WHERE edge_type = 'in_sprint'
        AND source_node_id IN (SELECT value FROM json_each(?1, '$.ids'))
      """, [.text(String(decoding: ids.json, as: UTF8.self))])
    var edges: [String: [Edge]] = [:]
    for row in rows {
      guard let type = row[0].text, let id = row[1].text, let other = row[2].text else { continue }
      edges[id, default: []].append(Edge(type: type, other: other))
    }
    return edges
  }

  private func payload(_ node: Node, _ context: inout ImportContext) -> Fields? {
    do {
      guard let fields = try parse(Array(node.payload.utf8)).object, !node.id.isEmpty else {
        context.report.problem(node.row, "node \(node.id) has no payload and is left out")
        return nil
      }
      return fields
    } catch {
      context.report.problem(node.row, "the payload of node \(node.id) is no JSON: \(error)")
      return nil
    }
  }

  // MARK: Nodes

  private func readSprint(_ node: Node, _ context: inout ImportContext) {
    guard let sprint = payload(node, &context) else { return }
    var dates: [String: Instant] = [:]
    for (name, value) in sprint.members where !value.isEmpty {
      var target: String?
      switch name {
      case "name", "goal": target = "sprint.\(name)"
      case "startDate", "endDate":
        target = "sprint.\(name)"
        dates[name] = moment(value, name, row: node.row, &context)
      default: break
      }
      context.report.mapped("sprint.\(name)", to: target, value.example)
    }
    _ = context.sprint(
      ImportedSprint(
        sourceID: "original:\(node.id)", name: sprint["name"]?.string ?? "Sprint", goal: sprint["goal"]?.string,
        start: dates["startDate"], end: dates["endDate"]))
  }

  private func readTask(_ node: Node, _ edges: [Edge], _ context: inout ImportContext) {
    guard let payload = payload(node, &context) else { return }
    var draft = TaskDraft(sourceID: "original:\(node.id)", row: node.row)
    draft.set("type", .string(node.type))
    if let timestamp = node.timestamp {
      draft.set("updatedAt", moment: moment(.int(timestamp), "timestamp", row: node.row, &context))
      context.report.mapped("timestamp", to: "updatedAt", String(timestamp))
    }
    for (name, value) in payload.members where !value.isEmpty {
      let target = read(name, value, &draft, &context)
      context.report.mapped(name, to: target, value.example)
    }
    for edge in edges {
      let other = "original:\(edge.other)"
      switch edge.type {
      case "parent_of": draft.edit { $0.parent = other }
      case "in_sprint": draft.edit { $0.sprint = other }
      case "blocks": draft.add(.blockedBy, other)
      default: draft.add(.relates, other)
      }
    }
    draft.emit(title: (payload["title"] ?? payload["message"])?.string, into: &context)
  }

  /// Takes over one member; returns which field of ours it became.
  private func read(
    _ name: String, _ value: Value, _ draft: inout TaskDraft, _ context: inout ImportContext
  ) -> String? {
    let (text, row) = (value.text ?? "", draft.row)
    switch name {
    case "title", "message": return "title"
    case "description": draft.add(description: text)
    case "status": draft.set(name, .string(context.status(text)))
    case "priority": draft.set(name, context.priority(text).map(Value.string))
    case "assignee":
      draft.add(assignee: text, &context)
      context.person("original:user:\(text)", name: text)
    case "watchers", "reviewers":
      for watcher in value.elements { draft.add(watcher: watcher.string ?? "", &context) }
      return "watchers"
    case "component": draft.set(name, name: text, &context)
    case "labels": for label in value.elements { draft.add(label: label.string ?? "", &context) }
    case "estimatedHours": draft.set(name, number: context.number(text, name, row: row), &context)
    case "actualHours":
      guard let hours = context.number(text, name, row: row), hours > 0 else { return nil }
      draft.edit { $0.timeEntries.append(ImportedTimeEntry(hours: hours)) }
      return "timeEntries"
    case "progress":
      guard let progress = context.number(text, name, row: row) else { return nil }
      draft.set(name, .int(Int64(min(progress, 100))))
    case "startDate", "dueDate", "completedDate":
      draft.set(name, moment: moment(value, name, row: row, &context))
    case "blockedBy":
      for id in value.elements { draft.add(.blockedBy, "original:\(id.string ?? "")") }
      return "links"
    case "parentTask":
      draft.edit { $0.parent = "original:\(text)" }
      return "parent"
    case "sprint": draft.edit { $0.sprint = "original:\(text)" }
    case "checkpoints": draft.set(name, .array(value.elements.filter { $0.object?["name"]?.string != nil }))
    default: return nil
    }
    return name
  }

  /// Moments are milliseconds, or text once they have been through JSON.
  private func moment(_ value: Value, _ name: String, row: Int, _ context: inout ImportContext) -> Instant? {
    guard let milliseconds = value.int else { return context.moment(value.text ?? "", name, row: row) }
    // 1970 to 9999.
    guard (0..<253_402_300_800_000).contains(milliseconds) else {
      context.report.problem(row, "\(name) \(milliseconds) is no time in milliseconds since 1970")
      return nil
    }
    return Instant(milliseconds: milliseconds)
  }
}

private struct Node {
  var row: Int
  var id: String
  var type: String
  var timestamp: Int64?
  var payload: String
}

private struct Edge {
  var type: String
  var other: String
}
