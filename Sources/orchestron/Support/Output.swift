import Glibc
import OrchestronHost

/// What the command prints.
enum Output {
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Prints a text to standard output.
  static func text(_ text: String) { write(STDOUT_FILENO, text) }

  /// Prints a line to standard output.
  static func line(_ text: String) { self.text(text + "\n") }

  static func standardError(_ text: String) { write(STDERR_FILENO, text) }

  /// Prints a JSON value: on a terminal spread over lines, else on one.
  static func json(_ value: JSON) { line(isTerminal ? value.spread : value.text) }

  /// Prints rows as columns.
  static func table(_ header: [String], _ rows: [[String]]) {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    for row in all {
      var text = ""
      for (column, cell) in row.enumerated() {
        text += cell
        if column < row.count - 1 { text += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      line(text)
    }
  }

  /// Writes all of a text. When nobody reads any more, the command ends as others do then.
  private static func write(_ file: CInt, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, rest.count > 0 {
        let count = Glibc.write(file, start, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { exit(file == STDOUT_FILENO ? 1 : 0) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }
}
