import PluginData

/// A todo.txt file: each line is a task, `x 2026-01-31 2026-01-10 (A) Text @who +project due:2026-02-01`.
struct TodoTxtReader: ItemReader {
  private var lines = Lines()
  private var uses: [String: Int] = [:]

  mutating func feed(_ bytes: [UInt8]) { lines.feed(bytes) }
  mutating func end() { lines.end() }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard let line = try lines.next() else { return false }
    let text = line.trimmed
    guard !text.isEmpty else { return true }
    var words = text.split(separator: " ")[...]
    let isDone = words.first == "x"
    if isDone { words.removeFirst() }
    var priority: Substring?
    // Some put the priority behind the mark, some the dates.
    if let first = words.first, first.count == 3, first.first == "(", first.last == ")" {
      priority = words.removeFirst()
    }
    var days: [String] = []
    while let first = words.first, days.count < 2, first.count == 10, first.utf8.first?.isASCIIDigit == true,
      first.utf8.count(where: { $0 == UInt8(ascii: "-") }) == 2
    {
      days.append(String(words.removeFirst()))
    }
    let marks = TodoWords(([priority] + words.map(Optional.some)).compactMap { $0 }.joined(separator: " "))
    uses[marks.title, default: 0] += 1
    let number = uses[marks.title, default: 1]
    let sourceID = marks.id ?? "\(marks.title)\(number > 1 ? " (\(number))" : "")"
    var draft = TaskDraft(sourceID: "todo:\(sourceID)", row: lines.number)
    draft.set("type", "todo")
    draft.set("status", .string(context.status(isDone ? "done" : "todo")))
    // The day of completion comes first, where there are two.
    if isDone, let day = days.first {
      draft.set("completedDate", moment: context.moment(day, "completion date", row: draft.row))
    }
    if let day = isDone ? days.dropFirst().first : days.first {
      draft.set("createdAt", moment: context.moment(day, "creation date", row: draft.row))
    }
    marks.apply(to: &draft, &context)
    draft.emit(title: marks.title, into: &context)
    return true
  }
}
