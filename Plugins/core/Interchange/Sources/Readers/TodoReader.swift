import PluginData

/// A Markdown file with checkbox lists: `- [ ] open`, `- [x] done`, `- [-] given up`, `- [/] begun`.
///
/// Boxes that are indented below another are its parts, and text there is its description. A heading that is a status
/// (`## In progress`) gives it to the boxes below; one that begins with `Epic:` makes an epic of which they are parts;
/// any other is their component. ``TodoWords`` has the marks within a line. A task is known again by where it stands and
/// what it is called, or by its mark `id:`.
struct TodoReader: ItemReader {
  private var lines = Lines()
  private var hasEnded = false
  private var isCode = false
  private var heading = Heading()
  /// The box whose description may go on, and those around it.
  private var open: [Box] = []
  private var pending: Pending?
  private var uses: [String: Int] = [:]

  mutating func feed(_ bytes: [UInt8]) { lines.feed(bytes) }
  mutating func end() {
    lines.end()
    hasEnded = true
  }

  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool {
    guard let line = try lines.next() else {
      if hasEnded { finish(&context) }
      return false
    }
    read(line, &context)
    return true
  }

  private mutating func read(_ line: String, _ context: inout ImportContext) {
    let (indent, text) = TodoReader.indentation(of: line)
    if text.hasPrefix("```") || text.hasPrefix("~~~") { isCode.toggle() }
    if isCode {
      _ = describe(indent, text)
      return
    }
    if indent < 4, let title = TodoReader.heading(text) {
      finish(&context)
      open = []
      heading = Heading(title)
      if let epic = heading.epic { begin(epic, "epic", &context) }
    } else if let box = TodoReader.box(text) {
      finish(&context)
      begin(box, indent, &context)
    } else if !text.isEmpty, !describe(indent, text), TodoReader.item(text) != nil {
      context.report.skip("list item without a box")
    }
  }

  // MARK: Tasks

  private mutating func begin(_ box: (mark: Character, text: String), _ indent: Int, _ context: inout ImportContext) {
    while let last = open.last, last.indent >= indent { open.removeLast() }
    let words = TodoWords(box.text)
    let sourceID = sourceID(words, below: open.last?.path ?? heading.path)
    var draft = TaskDraft(sourceID: sourceID.id, row: lines.number)
    if let parent = open.last?.sourceID {
      draft.edit { $0.parent = parent }
      draft.set("type", "subtask")
    } else if let epic = heading.epicID {
      draft.edit { $0.parent = epic }
    }
    draft.set("status", .string(status(of: box.mark, &context)))
    if let component = heading.component { draft.set("component", name: component, &context) }
    words.apply(to: &draft, &context)
    open.append(Box(indent: indent, sourceID: sourceID.id, path: sourceID.path))
    pending = Pending(draft: draft, title: words.title)
  }

  /// A heading that is an epic.
  private mutating func begin(_ text: String, _ type: Value, _ context: inout ImportContext) {
    let words = TodoWords(text)
    let sourceID = sourceID(words, below: "")
    var draft = TaskDraft(sourceID: sourceID.id, row: lines.number)
    draft.set("type", type)
    words.apply(to: &draft, &context)
    heading.epicID = sourceID.id
    pending = Pending(draft: draft, title: words.title)
  }

  private mutating func finish(_ context: inout ImportContext) {
    guard var task = pending else { return }
    pending = nil
    task.draft.add(description: task.lines.joined(separator: "\n"))
    task.draft.emit(title: task.title, into: &context)
  }

  /// Text below a box, or below the heading of an epic, describes it; returns whether it does.
  private mutating func describe(_ indent: Int, _ text: String) -> Bool {
    guard pending != nil, indent > (open.last?.indent ?? -1) else { return false }
    pending?.lines.append(text)
    return true
  }

  private func status(of mark: Character, _ context: inout ImportContext) -> String {
    switch mark {
    case "x", "X": context.status("done")
    case "-", "~": context.status("cancelled")
    case "/", ">": context.status("in progress")
    default: heading.status ?? "todo"
    }
  }

  private mutating func sourceID(_ words: TodoWords, below path: String) -> (id: String, path: String) {
    let path = "\(path)\u{1}\(words.title)"
    if let id = words.id { return ("todo:\(id)", path) }
    uses[path, default: 0] += 1
    // The second of the same name at the same place is another task.
    let number = uses[path, default: 1]
    return ("todo:\(path.fingerprint)\(number > 1 ? "-\(number)" : "")", path)
  }

  // MARK: Lines

  /// Columns of white space, a tab reaching to the next multiple of four, and what follows.
  private static func indentation(of line: String) -> (Int, String) {
    var indent = 0
    for byte in line.utf8 {
      switch byte {
      case UInt8(ascii: " "): indent += 1
      case UInt8(ascii: "\t"): indent += 4 - indent % 4
      default: return (indent, line.trimmed)
      }
    }
    return (indent, "")
  }

  private static func heading(_ text: String) -> String? {
    let marks = text.prefix { $0 == "#" }.count
    guard (1...6).contains(marks) else { return nil }
    let rest = text.dropFirst(marks)
    guard rest.first?.isWhitespace == true else { return nil }
    var title = rest.trimmed
    while title.last == "#" { title.removeLast() }
    return title.trimmed
  }

  /// `- [x] text`, with any mark of a list.
  private static func box(_ text: String) -> (mark: Character, text: String)? {
    guard let item = item(text), item.first == "[" else { return nil }
    let rest = item.dropFirst()
    guard let mark = rest.first else { return nil }
    // Some write an open box without a space in it.
    let end = mark == "]" ? rest : rest.dropFirst()
    guard end.first == "]" else { return nil }
    let words = end.dropFirst()
    guard words.isEmpty || words.first?.isWhitespace == true else { return nil }
    return (mark == "]" ? " " : mark, words.trimmed)
  }

  /// What stands behind the mark of a list item.
  private static func item(_ text: String) -> Substring? {
    guard let first = text.first else { return nil }
    var rest = text[...]
    if first == "-" || first == "*" || first == "+" {
      rest = rest.dropFirst()
    } else {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard !digits.isEmpty, digits.count <= 9, rest.first == "." || rest.first == ")" else { return nil }
      rest = rest.dropFirst()
    }
    guard rest.first?.isWhitespace == true else { return nil }
    return rest.drop(while: \.isWhitespace)
  }
}

/// A task whose description may go on.
private struct Pending: Sendable {
  var draft: TaskDraft
  var title: String
  var lines: [String] = []
}

/// A box that others may be parts of.
private struct Box: Sendable {
  var indent: Int
  var sourceID: String
  var path: String
}

/// What a heading says of the boxes below it.
private struct Heading: Sendable {
  var component: String?
  var status: String?
  var epic: String?
  var epicID: String?

  init() {}

  init(_ title: String) {
    if title.lowercased().hasPrefix("epic:") {
      epic = title.dropFirst(5).trimmed
    } else if let known = StatusTerms.known(StatusTerms.folded(title)) {
      status = known
    } else if !title.isEmpty {
      component = title
    }
  }

  /// A status is no place: a task that moves on stays the same task.
  var path: String { epic ?? component ?? "" }
}

extension String {
  /// Sixteen hexadecimal digits that are the same wherever and whenever they are made (FNV-1a, 64 bits).
  fileprivate var fingerprint: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
