import PluginKit

/// A report before it has a form: headings, figures and lists.
struct ReportDocument: Sendable, Equatable {
  struct Section: Sendable, Equatable {
    let heading: String
    /// Names and values.
    var figures: [(name: String, value: String)] = []
    /// One line each.
    var items: [String] = []

    static func == (left: Section, right: Section) -> Bool {
      left.heading == right.heading && left.items == right.items
        && left.figures.elementsEqual(right.figures) { $0 == $1 }
    }
  }

  let title: String
  let subtitle: String
  var sections: [Section] = []

  // MARK: Markdown

  /// CommonMark. What people wrote is escaped, so that a title is never taken for a heading or a link.
  var markdown: String {
    var text = "# \(ReportDocument.escaped(title))\n\n\(ReportDocument.escaped(subtitle))\n"
    for section in sections {
      text += "\n## \(ReportDocument.escaped(section.heading))\n\n"
      if !section.figures.isEmpty {
        text += "| | |\n|---|--:|\n"
        for figure in section.figures {
          text += "| \(ReportDocument.escaped(figure.name)) | \(ReportDocument.escaped(figure.value)) |\n"
        }
      }
      for item in section.items { text += "- \(ReportDocument.escaped(item))\n" }
      if section.figures.isEmpty, section.items.isEmpty { text += "Nothing.\n" }
    }
    return text
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if character.isNewline {
        result.append(" ")
        continue
      }
      if "\\`*_{}[]<>#|~!".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  // MARK: HTML

  /// A page of its own, without scripts and without anything from elsewhere.
  var html: String {
    var text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(ReportDocument.encoded(title))</title>
      <style>
      :root{color-scheme:light dark}
      body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
      td{padding:.1rem 1rem .1rem 0}td+td{text-align:right;font-variant-numeric:tabular-nums}
      </style></head><body>
      <h1>\(ReportDocument.encoded(title))</h1>
      <p>\(ReportDocument.encoded(subtitle))</p>

      """
    for section in sections {
      text += "<h2>\(ReportDocument.encoded(section.heading))</h2>\n"
      if !section.figures.isEmpty {
        text += "<table>\n"
        for figure in section.figures {
          text +=
            "<tr><td>\(ReportDocument.encoded(figure.name))</td><td>\(ReportDocument.encoded(figure.value))</td></tr>\n"
        }
        text += "</table>\n"
      }
      if !section.items.isEmpty {
        text += "<ul>\n"
        for item in section.items { text += "<li>\(ReportDocument.encoded(item))</li>\n" }
        text += "</ul>\n"
      }
      if section.figures.isEmpty, section.items.isEmpty { text += "<p>Nothing.</p>\n" }
    }
    return text + "</body></html>\n"
  }

  private static func encoded(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }

  // MARK: JSON

  var value: Value {
    .object([
      "title": .string(title), "subtitle": .string(subtitle),
      "sections": .array(
        sections.map { section in
          .object([
            "heading": .string(section.heading),
            "figures": .array(
              section.figures.map { .object(["name": .string($0.name), "value": .string($0.value)]) }),
            "items": .array(section.items.map(Value.string)),
          ])
        }),
    ])
  }
}
