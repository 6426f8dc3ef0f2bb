/// Who is named in a Markdown text.
enum Mentions {
  /// The most that count: a text that names more names nobody in particular.
  static let limit = 50

  /// The handles behind an `@`, each once, in the order of the text. An address of mail names nobody, and neither does
  /// code, whether between backticks or in a fenced block.
  static func handles(in text: String) -> [String] {
    var (handles, seen) = ([String](), Set<String>())
    for line in prose(of: text) {
      for handle in mentions(in: line) where seen.insert(handle).inserted && handles.count < limit {
        handles.append(handle)
      }
    }
    return handles
  }

  /// The lines that are not in a fenced block.
  private static func prose(of text: String) -> [Substring] {
    var fence: (mark: Character, count: Int)?
    var lines: [Substring] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let content = line.drop { $0 == " " }
      let mark = content.first ?? " "
      let count = mark == "`" || mark == "~" ? content.prefix { $0 == mark }.count : 0
      if let open = fence {
        let isEnd = mark == open.mark && count >= open.count && content.dropFirst(count).allSatisfy(\.isWhitespace)
        if isEnd { fence = nil }
      } else if count >= 3 {
        fence = (mark, count)
      } else {
        lines.append(line)
      }
    }
    return lines
  }

  private static func mentions(in line: Substring) -> [String] {
    var handles: [String] = []
    let lastTicks = lastTicks(of: line)
    var (place, before) = (line.startIndex, Character(" "))
    while place < line.endIndex {
      let character = line[place]
      if character == "`" {
        place = endOfCode(line, from: place, lastTicks)
        before = "`"
        continue
      }
      let next = line.index(after: place)
      if character == "@", !Handle.isPart(before), before != "/", before != "@" {
        let word = line[next...].prefix(while: Handle.isPart)
        // A full stop behind a name ends the sentence.
        let name = String(word).trimmingEnd { !Handle.isLetterOrDigit($0) }
        if let handle = Handle.normalized(name) { handles.append(handle) }
        place = word.endIndex
      } else {
        place = next
      }
      before = character
    }
    return handles
  }

  /// Where the last run of so many backticks begins, so that nobody looks for an end that there is not.
  private static func lastTicks(of line: Substring) -> [Int: Substring.Index] {
    var (last, rest) = ([Int: Substring.Index](), line)
    while let tick = rest.firstIndex(of: "`") {
      let run = rest[tick...].prefix { $0 == "`" }
      last[run.count] = tick
      rest = rest[run.endIndex...]
    }
    return last
  }

  /// What follows a span of code; the backticks themselves when nothing ends it.
  private static func endOfCode(
    _ line: Substring, from start: Substring.Index, _ lastTicks: [Int: Substring.Index]
  ) -> Substring.Index {
    let mark = line[start...].prefix { $0 == "`" }
    guard let last = lastTicks[mark.count], last > start else { return mark.endIndex }
    var rest = line[mark.endIndex...]
    while let tick = rest.firstIndex(of: "`") {
      let run = rest[tick...].prefix { $0 == "`" }
      if run.count == mark.count { return run.endIndex }
      rest = rest[run.endIndex...]
    }
    return mark.endIndex
  }
}

extension String {
  fileprivate func trimmingEnd(while isCut: (Character) -> Bool) -> String {
    var text = self
    while let last = text.last, isCut(last) { text.removeLast() }
    return text
  }
}
