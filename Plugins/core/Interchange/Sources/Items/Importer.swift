/// Reads another tool's export piece by piece.
///
/// ```swift
/// var importer = Importer(.jira, parse: parse)
/// for try await chunk in content {
///   importer.feed(chunk)
///   while let item = try importer.next() { store(item) }
/// }
/// importer.end()
/// while let item = try importer.next() { store(item) }
/// show(importer.report)
/// ```
/// The same content gives the same items in the same order, so that an import that was interrupted goes on when as many
/// items are passed over as were stored; the source ids make sure that a task is not made twice in any case.
///
/// Line-like formats (CSV, TODO.md, lists of JSON objects) hold one entry at a time. `tasks.json` and the SQLite file
/// are held whole, as bytes.
public struct Importer: Sendable {
  private var reader: any ItemReader
  private var context: ImportContext
  private let format: ImportFormat
  private var hasEnded = false
  private var isBarren = true

  /// - Parameter parse: Parses one JSON text; formats without JSON do not call it.
  public init(_ format: ImportFormat, options: ImportOptions = ImportOptions(), parse: @escaping JSONParser) {
    context = ImportContext(options: options)
    self.format = format
    reader =
      switch format {
      case .original: OriginalReader(parse: parse)
      case .todo: TodoReader()
      case .todoTxt: TodoTxtReader()
      case .taskMaster: TaskMasterReader(parse: parse)
      case .github: GitHubReader(parse: parse)
      case .jira: JiraReader()
      case .linear: LinearReader()
      case .taskwarrior: TaskwarriorReader(parse: parse)
      case .vibeKanban: VibeKanbanReader()
      case .json: OwnJSONReader(parse: parse)
      case .csv: OwnCSVReader(parse: parse)
      }
  }

  /// Takes the next piece of the content. All items that it completes should be fetched before the next piece.
  public mutating func feed(_ bytes: [UInt8]) {
    reader.feed(bytes)
  }

  /// Says that the content is complete.
  public mutating func end() {
    hasEnded = true
    reader.end()
  }

  /// The next item; nil when more content is needed, or after the end when there is none left.
  ///
  /// - Throws: When the content cannot be read on, or when it has ended and nothing of it could be read: what is
  ///   malformed must not look as if it were empty. What concerns one entry among others is in the ``report``.
  public mutating func next() throws(ImportFailure) -> ImportedItem? {
    while true {
      if let item = take() { return item }
      guard try reader.read(into: &context) else { break }
    }
    if let item = take() { return item }
    if hasEnded, isBarren, let problem = context.report.problems.first {
      throw ImportFailure(
        "nothing of the content could be read; \(format.rowNoun) \(problem.row) \(problem.message)")
    }
    return nil
  }

  private mutating func take() -> ImportedItem? {
    let item = context.takeItem()
    switch item {
    case .task, .sprint: isBarren = false
    case .project, .person, nil: break
    }
    return item
  }

  /// What has been made of the content so far.
  public var report: ImportReport { context.report }
}

/// One format.
protocol ItemReader: Sendable {
  mutating func feed(_ bytes: [UInt8])
  mutating func end()

  /// Reads one entry and emits what it holds, which may be nothing.
  ///
  /// - Returns: false when more content is needed, or none is left.
  mutating func read(into context: inout ImportContext) throws(ImportFailure) -> Bool
}
