import PluginData

/// What the readers of all formats share: options, the report, the items on their way out and the ids seen.
struct ImportContext: Sendable {
  let options: ImportOptions
  var report = ImportReport()
  private let statuses: [String: String]
  private var items: [ImportedItem] = []
  private var next = 0
  private var seen: Set<String> = []

  init(options: ImportOptions) {
    self.options = options
    statuses = Dictionary(
      options.statuses.map { (StatusTerms.folded($0), $1) }.filter { StatusTerms.ours.contains($0.1) },
      uniquingKeysWith: { first, _ in first })
  }

  mutating func takeItem() -> ImportedItem? {
    guard next < items.count else { return nil }
    defer {
      next += 1
      if next == items.count {
        items.removeAll(keepingCapacity: true)
        next = 0
      }
    }
    return items[next]
  }

  // MARK: Emitting

  /// Emits a task, unless its source id came before.
  mutating func emit(_ task: ImportedTask) {
    guard seen.insert(task.sourceID).inserted else { return report.duplicate(task.sourceID, row: task.row) }
    report.tasks += 1
    report.comments += task.comments.count
    report.links += task.links.count
    report.timeEntries += task.timeEntries.count
    items.append(.task(task))
  }

  /// Emits a project the first time that it is named.
  ///
  /// - Returns: Its source id.
  mutating func project(_ sourceID: String, name: String) -> String {
    if seen.insert(sourceID).inserted {
      report.projects += 1
      items.append(.project(ImportedProject(sourceID: sourceID, name: name)))
    }
    return sourceID
  }

  /// Emits a person the first time that they are named.
  mutating func person(_ sourceID: String, name: String, email: String? = nil) {
    guard seen.insert(sourceID).inserted else { return }
    report.people += 1
    items.append(.person(ImportedPerson(sourceID: sourceID, name: name, email: email)))
  }

  /// Emits a sprint the first time that it is named.
  ///
  /// - Returns: Its source id.
  mutating func sprint(_ sprint: ImportedSprint) -> String {
    if seen.insert(sprint.sourceID).inserted {
      report.sprints += 1
      items.append(.sprint(sprint))
    }
    return sprint.sourceID
  }

  // MARK: Words

  /// Our status for a word of the source.
  ///
  /// - Parameter hint: Our status as another field shows it; counts when the word is not known.
  mutating func status(_ word: String, hint: String? = nil) -> String {
    let folded = StatusTerms.folded(word)
    if let status = statuses[folded] ?? StatusTerms.known(folded) {
      report.term("status", word, to: status, .known)
      return status
    }
    if let status = hint ?? StatusTerms.category(folded) {
      report.term("status", word, to: status, .category)
      return status
    }
    report.term("status", word, to: "todo", .unknown)
    return "todo"
  }

  mutating func priority(_ word: String) -> String? {
    let priority = PriorityTerms.priority(word)
    let basis: ImportReport.Term.Basis = priority != nil || PriorityTerms.meansNone(word) ? .known : .unknown
    report.term("priority", word, to: priority, basis)
    return priority
  }

  mutating func type(_ word: String) -> String {
    let type = TypeTerms.type(word)
    report.term("type", word, to: type ?? "task", type == nil ? .unknown : .known)
    return type ?? "task"
  }

  // MARK: Dates and numbers

  /// Reads a moment; a day means its beginning.
  mutating func moment(_ text: String, _ field: String, row: Int) -> Instant? {
    switch date(text, field, row: row) {
    case .moment(let moment, _): moment
    case .day(let day): options.timeZone.moment(of: day)
    case nil: nil
    }
  }

  /// Reads a day or a moment in the form that a task has it. A midnight means the day.
  mutating func dayOrMoment(_ text: String, _ field: String, row: Int) -> Value? {
    switch date(text, field, row: row) {
    case .day(let day), .moment(_, midnightOf: let day?): .string(day.text)
    case .moment(let moment, midnightOf: nil): .string(moment.text)
    case nil: nil
    }
  }

  private mutating func date(_ text: String, _ field: String, row: Int) -> DateText.Reading? {
    do throws(DateText.Problem) {
      let date = try DateText.read(text, order: options.dateOrder, zone: options.timeZone)
      if date.isAmbiguous {
        report.note(
          options.dateOrder == .dayFirst
            ? "dates of numbers alone were read with the day first: 03/04/2026 is 3 April"
            : "dates of numbers alone were read with the month first: 03/04/2026 is 4 March")
      }
      if date.isLocal { report.note("times without a zone were taken as of \(options.timeZone.name)") }
      return date.reading
    } catch {
      report.problem(row, "\(field) “\(text.shortened(to: 60))” is \(error.rawValue)")
      return nil
    }
  }

  /// Reads a number that is not negative.
  mutating func number(_ text: String, _ field: String, row: Int) -> Double? {
    guard let number = Double(text), number.isFinite else {
      report.problem(row, "\(field) “\(text.shortened(to: 60))” is no number")
      return nil
    }
    guard number >= 0 else {
      report.problem(row, "\(field) is \(text.shortened(to: 60)) and cannot be less than 0")
      return nil
    }
    return number
  }
}
