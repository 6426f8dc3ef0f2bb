import PluginData

/// Writes tasks as Markdown lists of boxes, which can be read again as a TODO.md.
public enum TaskMarkdown {
  public enum Grouping: String, Sendable, CaseIterable {
    case status
    case epic
  }

  /// - Parameters:
  ///   - tasks: In the order in which they are to appear.
  ///   - title: The heading above all; empty for none.
  /// - Returns: A heading for each status or epic that has tasks, and below it a line for each task, parts below their
  ///   tasks. A part whose task stands under another heading is a line of its own.
  public static func text(of tasks: [Fields], groupedBy grouping: Grouping, title: String = "") -> String {
    var text = title.isEmpty ? "" : "# \(line(title))\n"
    let ids = Dictionary(
      tasks.enumerated().compactMap { place, task in task["id"]?.string.map { ($0, place) } },
      uniquingKeysWith: { first, _ in first })
    let parents = withoutCircles(tasks.map { task in task["parent"]?.string.flatMap { ids[$0] } })
    for group in groups(of: tasks, parents, grouping) {
      let members = Set(group.members)
      var parts: [Int: [Int]] = [:]
      var tops: [Int] = []
      for member in group.members {
        if let parent = parents[member], members.contains(parent) {
          parts[parent, default: []].append(member)
        } else {
          tops.append(member)
        }
      }
      text += "\(text.isEmpty ? "" : "\n")## \(group.heading)\n\n"
      var waiting = tops.reversed().map { (task: $0, depth: 0) }
      while let (task, depth) = waiting.popLast() {
        text += String(repeating: "  ", count: depth) + item(tasks[task], grouping) + "\n"
        waiting += (parts[task] ?? []).reversed().map { (task: $0, depth: depth + 1) }
      }
    }
    return text
  }

  // MARK: Groups

  private struct Group {
    var heading: String
    var members: [Int]
  }

  private static func groups(of tasks: [Fields], _ parents: [Int?], _ grouping: Grouping) -> [Group] {
    switch grouping {
    case .status:
      var members: [String: [Int]] = [:]
      for (place, task) in tasks.enumerated() { members[task["status"]?.string ?? "todo", default: []].append(place) }
      return statuses.compactMap { status, heading in members[status].map { Group(heading: heading, members: $0) } }
    case .epic:
      var members: [Int: [Int]] = [:]
      var others: [Int] = []
      let isEpic = tasks.map { $0["type"]?.string == "epic" }
      let epics = epics(above: parents, isEpic)
      for place in tasks.indices where !isEpic[place] {
        if let epic = epics[place] {
          members[epic, default: []].append(place)
        } else {
          others.append(place)
        }
      }
      let groups = tasks.indices.filter { isEpic[$0] }.map {
        Group(heading: "Epic: \(words(of: tasks[$0]))", members: members[$0] ?? [])
      }
      return groups + (others.isEmpty ? [] : [Group(heading: "Without epic", members: others)])
    }
  }

  private static let statuses = [
    ("in_progress", "In progress"), ("review", "Review"), ("testing", "Testing"), ("blocked", "Blocked"),
    ("todo", "To do"), ("backlog", "Backlog"), ("done", "Done"), ("cancelled", "Cancelled"),
  ]

  /// Parents such that each chain ends: one link of every circle is left out.
  private static func withoutCircles(_ parents: [Int?]) -> [Int?] {
    var parents = parents
    // On which walk a task was passed first; none is 0.
    var walks = [Int](repeating: 0, count: parents.count)
    for start in parents.indices {
      var (task, last) = (start, start)
      while walks[task] == 0 {
        walks[task] = start + 1
        guard let parent = parents[task] else { break }
        (last, task) = (task, parent)
        if walks[task] == start + 1 { parents[last] = nil }
      }
    }
    return parents
  }

  /// The next epic above each task.
  private static func epics(above parents: [Int?], _ isEpic: [Bool]) -> [Int?] {
    var epics = [Int?](repeating: nil, count: parents.count)
    var isKnown = [Bool](repeating: false, count: parents.count)
    for start in parents.indices {
      var path: [Int] = []
      var task = start
      while !isKnown[task] {
        path.append(task)
        guard let parent = parents[task], !isEpic[parent] else { break }
        task = parent
      }
      var epic = isKnown[task] ? epics[task] : parents[task]
      if let found = epic, !isEpic[found] { epic = nil }
      for task in path {
        epics[task] = epic
        isKnown[task] = true
      }
    }
    return epics
  }

  // MARK: Lines

  private static func item(_ task: Fields, _ grouping: Grouping) -> String {
    let mark =
      switch task["status"]?.string {
      case "done": "x"
      case "cancelled": "-"
      case "in_progress": "/"
      // Below a heading of its own an open box has the heading's status.
      case "review" where grouping == .epic, "testing" where grouping == .epic: "/"
      default: " "
      }
    return "- [\(mark)] \(words(of: task))"
  }

  private static func words(of task: Fields) -> String {
    var words = [line(task["title"]?.string ?? "")]
    if let priority = task["priority"]?.string { words.append("!\(priority)") }
    if let assignee = task["assignee"]?.string { words.append("@\(joined(assignee))") }
    if case .array(let labels)? = task["labels"] { words += labels.compactMap(\.string).map { "#\(joined($0))" } }
    if let due = task["dueDate"]?.string { words.append("due:\(due)") }
    if let hours = task["estimatedHours"]?.text { words.append("est:\(hours)h") }
    if let points = task["storyPoints"]?.text { words.append("sp:\(points)") }
    if let key = (task["key"] ?? task["id"])?.string { words.append("id:\(joined(key))") }
    return words.joined(separator: " ")
  }

  /// One line in which nothing is more than text, neither to Markdown nor as a mark.
  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).map { word in
      var escaped = ""
      let isMark = TodoWords.isMark(String(word))
      var isFirst = true
      for character in word {
        let endsName = isMark && character == ":"
        if "\\`*_[]<>".contains(character) || endsName || isMark && isFirst && !character.isLetter {
          escaped.append("\\")
        }
        escaped.append(character)
        isFirst = false
      }
      return escaped
    }.joined(separator: " ")
  }

  /// A name as one word.
  private static func joined(_ name: String) -> String {
    name.split(whereSeparator: \.isWhitespace).joined(separator: "-")
  }
}
