import PluginKit

/// Turns what somebody asked for into filters of storage.
struct SearchFilters {
  /// What a search is made for: whose day it is, who asks.
  struct Setting {
    var today: Day
    /// Where the days begin, for fields that hold moments.
    var zone = TimeZone.utc
    var actor: String
    /// The id of the active sprint; nil without one.
    var activeSprint: String?
    /// Finds the id of a task, a sprint or a project by what somebody called it.
    var ids: [String: String] = [:]
  }

  private(set) var query: Documents.Query
  /// The order of the priorities, where that is what to sort by; then the order of ``query`` holds within one of them.
  private(set) var priorities: [TaskPriority]?
  private let setting: Setting

  /// - Throws: `invalid_argument`, naming the term and what is allowed.
  init(_ search: SearchQuery, of query: Documents.Query, in setting: Setting) throws(Failure) {
    self.query = query
    self.setting = setting
    for term in search.terms { try add(term) }
  }

  private mutating func add(_ term: SearchQuery.Term) throws(Failure) {
    switch term.field {
    case .status: try addWords(term, "status", TaskStatus.allCases.map(\.rawValue))
    case .type: try addWords(term, "type", TaskType.allCases.map(\.rawValue))
    case .priority: try addWords(term, "priority", TaskPriority.allCases.map(\.rawValue))
    case .assignee: try addNames(term, "assignee") { Handle.resolve($0, for: $1.actor) }
    case .component: try addNames(term, "component") { name, _ in name }
    case .sprint:
      try addNames(term, "sprint") {
        $0 == "active" ? $1.activeSprint ?? "no active sprint" : $1.ids[$0] ?? $0
      }
    case .parent: try addNames(term, "parentTask") { $1.ids[$0] ?? $0 }
    case .project: try addNames(term, "project") { $1.ids[$0] ?? $0 }
    case .label: try addLabel(term)
    case .is: try addState(term)
    case .due: try addDate(term, "dueDate")
    case .start: try addDate(term, "startDate")
    case .created: try addDate(term, "createdAt", isMoment: true)
    case .updated: try addDate(term, "updatedAt", isMoment: true)
    case .completed: try addDate(term, "completedDate", isMoment: true)
    case .points: try addNumber(term, "storyPoints")
    case .hours: try addNumber(term, "estimatedHours")
    case .progress: try addNumber(term, "progress")
    case .order: try addOrder(term)
    }
  }

  private func refuse(_ term: SearchQuery.Term, _ message: String, allowed: [String] = []) -> Failure {
    let sentence = allowed.isEmpty ? message : "\(message); it may be \(Refusal.list(allowed))"
    return Failure(
      .invalidArgument, "\(term.field.rawValue):\(term.values.joined(separator: ",")) \(sentence)",
      details: Refusal.details(path: "text", message: sentence, allowed: allowed.map(Value.string)))
  }

  private func refuseComparison(_ term: SearchQuery.Term) throws(Failure) {
    guard term.comparison == .equal else {
      throw refuse(term, "cannot be compared; leave the \(term.comparison.rawValue) out")
    }
  }

  private mutating func match(_ field: String, _ values: [Value], isExcluded: Bool) {
    if isExcluded {
      for value in values { query.match(field, "notEqual", value) }
    } else if values.count == 1, let value = values.first {
      query.match(field, value)
    } else {
      query.match(field, anyOf: values)
    }
  }

  private mutating func addWords(_ term: SearchQuery.Term, _ field: String, _ allowed: [String]) throws(Failure) {
    try refuseComparison(term)
    let values = term.values.map { value in
      // in-progress and In_Progress are what people write.
      String(value.asciiLowercased.map { $0 == "-" ? "_" : $0 })
    }
    guard values.allSatisfy(allowed.contains) else { throw refuse(term, "is none", allowed: allowed) }
    match(field, values.map(Value.string), isExcluded: term.isExcluded)
  }

  private mutating func addNames(
    _ term: SearchQuery.Term, _ field: String, _ name: (String, Setting) -> String
  ) throws(Failure) {
    try refuseComparison(term)
    let values = term.values.map { $0 == "none" ? Value.null : .string(name($0, setting)) }
    guard values.count == 1 || !values.contains(.null) else { throw refuse(term, "cannot be none and something") }
    match(field, values, isExcluded: term.isExcluded)
  }

  private mutating func addLabel(_ term: SearchQuery.Term) throws(Failure) {
    try refuseComparison(term)
    guard !term.isExcluded else { throw refuse(term, "cannot be excluded; ask for the labels that are wanted") }
    guard term.values.count == 1, let value = term.values.first else {
      throw refuse(term, "takes one label; repeat label: for tasks that have several")
    }
    query.match("labels", containing: value)
  }

  private mutating func addState(_ term: SearchQuery.Term) throws(Failure) {
    try refuseComparison(term)
    let open = TaskStatus.allCases.filter(\.isOpen).map { Value.string($0.rawValue) }
    guard term.values.count == 1, !term.isExcluded else { throw refuse(term, "takes one word, and is not excluded") }
    switch term.values.first {
    case "open": query.match("status", anyOf: open)
    case "closed": query.match("status", anyOf: ["done", "cancelled"])
    case "done": query.match("status", "done")
    case "blocked": query.match("status", "blocked")
    case "assigned": query.match("assignee", "exists", true)
    case "unassigned": query.match("assignee", .null)
    case "overdue":
      query.match("status", anyOf: open)
      query.match("dueDate", "less", .string(setting.today.text))
    default:
      throw refuse(
        term, "is nothing that a task can be",
        allowed: ["open", "closed", "done", "blocked", "overdue", "assigned", "unassigned"])
    }
  }

  /// - Parameter isMoment: Whether the field always holds a moment; otherwise it holds a day or a moment.
  private mutating func addDate(
    _ term: SearchQuery.Term, _ field: String, isMoment: Bool = false
  ) throws(Failure) {
    guard term.values.count == 1, let value = term.values.first, !term.isExcluded else {
      throw refuse(term, "takes one day, and is not excluded")
    }
    if value == "none", term.comparison == .equal {
      query.match(field, .null)
      return
    }
    guard let day = day(value, isPast: isMoment) else {
      throw refuse(term, "is no day; write 2026-01-31, today, tomorrow, yesterday, or days from now such as 7d or 2w")
    }
    // Days and moments of a day both begin with its text; the text of the next day sorts behind all of them.
    func text(_ day: Day) -> Value { .string(isMoment ? setting.zone.moment(of: day).text : day.text) }
    let (begin, end) = (text(day), text(day + 1))
    switch term.comparison {
    case .equal:
      query.match(field, "greaterOrEqual", begin)
      query.match(field, "less", end)
    case .less: query.match(field, "less", begin)
    case .lessOrEqual: query.match(field, "less", end)
    case .greater: query.match(field, "greaterOrEqual", end)
    case .greaterOrEqual: query.match(field, "greaterOrEqual", begin)
    }
  }

  /// - Parameter isPast: Whether `7d` means seven days ago.
  private func day(_ text: String, isPast: Bool) -> Day? {
    switch text.asciiLowercased {
    case "today": return setting.today
    case "tomorrow": return setting.today + 1
    case "yesterday": return setting.today - 1
    case let text:
      if let day = Day(text) { return day }
      let isNegative = text.hasPrefix("-")
      guard let unit = text.last, let number = Int(text.dropLast().drop { $0 == "-" }),
        let length = SearchFilters.lengths[unit],
        number <= SearchFilters.farthest / length
      else { return nil }
      return setting.today + (isPast || isNegative ? -number : number) * length
    }
  }

  /// How many days a unit has.
  private static let lengths: [Character: Int] = ["d": 1, "w": 7, "m": 30, "y": 365]
  /// The most days from today: the years of what is nearer have four digits, so that days sort as texts.
  private static let farthest = 365_000

  private mutating func addNumber(_ term: SearchQuery.Term, _ field: String) throws(Failure) {
    guard term.values.count == 1, let text = term.values.first, !term.isExcluded else {
      throw refuse(term, "takes one number, and is not excluded")
    }
    if text == "none", term.comparison == .equal {
      query.match(field, .null)
      return
    }
    guard let number = Double(text), number.isFinite else { throw refuse(term, "is no number") }
    let tests: [SearchQuery.Term.Comparison: String] = [
      .equal: "equal", .less: "less", .lessOrEqual: "lessOrEqual", .greater: "greater",
      .greaterOrEqual: "greaterOrEqual",
    ]
    query.match(field, tests[term.comparison] ?? "equal", .double(number))
  }

  private mutating func addOrder(_ term: SearchQuery.Term) throws(Failure) {
    let fields = [
      "created": "createdAt", "updated": "updatedAt", "due": "dueDate", "rank": "rank", "priority": "priority",
    ]
    guard term.values.count == 1, let value = term.values.first, let field = fields[value] else {
      throw refuse(term, "is no order", allowed: fields.keys.sorted())
    }
    priorities = field != "priority" ? nil : term.isExcluded ? TaskPriority.allCases.reversed() : TaskPriority.allCases
    if priorities == nil { query.order = [term.isExcluded ? "-\(field)" : field] }
  }
}
