/// A CSV file whose first row names the columns.
struct CSVTable<Column: Sendable>: Sendable {
  /// A value and what its column means.
  struct Cell {
    var column: Column
    var name: String
    var text: String
  }

  struct Record {
    /// The values that are not empty, of columns that mean something.
    var cells: [Cell]
    var line: Int
  }

  private let column: @Sendable (String) -> (column: Column, target: String)?
  private let missing: @Sendable ([String]) -> String?
  private var reader: CSVReader?
  private var waiting: [UInt8] = []
  private var hasEnded = false
  private var names: [String]?
  private var columns: [(meaning: Column?, place: Int?)] = []

  /// - Parameters:
  ///   - column: What a column means and which field of ours it becomes, by its name in lower case.
  ///   - missing: Says which column a file lacks that it cannot be read without, by the names in lower case.
  init(
    missing: @escaping @Sendable ([String]) -> String?,
    column: @escaping @Sendable (String) -> (column: Column, target: String)?
  ) {
    self.column = column
    self.missing = missing
  }

  mutating func feed(_ bytes: [UInt8]) {
    if reader != nil { reader?.feed(bytes) } else { waiting += bytes }
  }

  mutating func end() {
    hasEnded = true
    reader?.end()
  }

  /// The next row below the names; nil when more content is needed, or after the end when there is none left.
  mutating func next(_ context: inout ImportContext) throws(ImportFailure) -> Record? {
    if reader == nil { try begin() }
    guard let row = try reader?.next() else {
      if hasEnded, names == nil { throw ImportFailure("the file is empty: its first line must name the columns") }
      return nil
    }
    guard let names else {
      try readNames(row, &context)
      return try next(&context)
    }
    if let problem = row.problem { context.report.problem(row.line, problem) }
    if row.fields.count != names.count {
      context.report.problem(
        row.line, "has \(row.fields.count) values where the first line names \(names.count) columns")
    }
    var record = Record(cells: [], line: row.line)
    for (place, text) in row.fields.prefix(names.count).enumerated() where !text.isEmpty {
      context.report.count(columns[place].place, text)
      guard let meaning = columns[place].meaning else { continue }
      record.cells.append(Cell(column: meaning, name: names[place], text: text))
    }
    return record
  }

  /// Finds the separator in the first line.
  private mutating func begin() throws(ImportFailure) {
    let line = waiting.prefix { $0 != .lineFeed && $0 != .carriageReturn }
    guard line.count < waiting.count || hasEnded else {
      guard waiting.count <= 1 << 20 else {
        throw ImportFailure("the first line is too long for a row of column names")
      }
      return
    }
    if waiting.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "K"), 3, 4]) {
      throw ImportFailure("this is a ZIP archive; unpack it and import the CSV file in it")
    }
    guard !waiting.starts(with: [0xff, 0xfe]), !waiting.starts(with: [0xfe, 0xff]) else {
      throw ImportFailure("the file is UTF-16; save it as UTF-8")
    }
    var separator = UInt8(ascii: ",")
    var most = line.count { $0 == separator }
    for candidate in [UInt8(ascii: ";"), UInt8(ascii: "\t")] {
      let count = line.count { $0 == candidate }
      if count > most { (separator, most) = (candidate, count) }
    }
    var reader = CSVReader(separator: separator)
    reader.feed(waiting)
    if hasEnded { reader.end() }
    self.reader = reader
    waiting = []
  }

  private mutating func readNames(_ row: CSVReader.Row, _ context: inout ImportContext) throws(ImportFailure) {
    let names = row.fields.map(\.trimmed)
    if let missing = missing(names.map { $0.lowercased() }) { throw ImportFailure(missing) }
    columns = names.map { name in
      let meaning = column(name.lowercased())
      return (meaning?.column, context.report.place(of: name, target: meaning?.target))
    }
    self.names = names
  }
}
