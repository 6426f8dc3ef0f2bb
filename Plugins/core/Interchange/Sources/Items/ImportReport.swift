/// What an import made of a source: which fields were taken over as what, which were not, and what was wrong where.
///
/// Lists end at ``limit`` entries, so that no source makes a report without end; the counts go on.
public struct ImportReport: Sendable, Equatable {
  /// The most entries that each list has.
  public static let limit = 1000

  /// A field of the source.
  public struct Field: Sendable, Equatable {
    /// Its name in the source.
    public var source: String
    /// What it became; nil when it is not taken over.
    public var target: String?
    /// How often it had a value.
    public var count: Int
    /// Its first value, shortened.
    public var example: String
  }

  /// A word of the source for a status, a type or a priority.
  public struct Term: Sendable, Equatable {
    public enum Basis: String, Sendable {
      /// The word is known, or was given in ``ImportOptions/statuses``.
      case known
      /// A part of the word, or another field, shows what is meant: `Closed (QA)` is done.
      case category
      /// Nothing shows what is meant; the usual value was taken.
      case unknown
    }

    /// Our field: `status`, `type` or `priority`.
    public var field: String
    public var source: String
    public var target: String?
    public var basis: Basis
    public var count: Int
  }

  /// Something that is wrong with one row; the rest of the row and all others were read.
  public struct Problem: Sendable, Equatable {
    /// The line where the source is text, else the place in the list, from 1.
    public var row: Int
    public var message: String
  }

  /// Entries that are no tasks of ours, or are left out for another reason that is no mistake.
  public struct Skipped: Sendable, Equatable {
    public var reason: String
    public var count: Int
  }

  /// A task whose source id came before; the first one counts.
  public struct Duplicate: Sendable, Equatable {
    public var sourceID: String
    public var row: Int
  }

  public private(set) var fields: [Field] = []
  public private(set) var terms: [Term] = []
  public private(set) var problems: [Problem] = []
  public private(set) var problemCount = 0
  public private(set) var skipped: [Skipped] = []
  public private(set) var duplicates: [Duplicate] = []
  public private(set) var duplicateCount = 0
  /// What holds for the whole import, such as which of two readings dates were given.
  public private(set) var notes: [String] = []

  public internal(set) var tasks = 0
  public internal(set) var projects = 0
  public internal(set) var people = 0
  public internal(set) var sprints = 0
  public internal(set) var comments = 0
  public internal(set) var links = 0
  public internal(set) var timeEntries = 0

  private var fieldPlaces: [String: Int] = [:]
  private var termPlaces: [TermKey: Int] = [:]

  init() {}

  // MARK: Writing

  /// The place of a field, for counting without a look-up; nil when the list is full.
  mutating func place(of source: String, target: String?) -> Int? {
    if let place = fieldPlaces[source] {
      // What is taken over from some rows is taken over.
      if fields[place].target == nil { fields[place].target = target }
      return place
    }
    guard fields.count < ImportReport.limit else { return nil }
    fields.append(Field(source: source, target: target, count: 0, example: ""))
    fieldPlaces[source] = fields.count - 1
    return fields.count - 1
  }

  mutating func count(_ place: Int?, _ example: @autoclosure () -> String) {
    guard let place else { return }
    if fields[place].count == 0 { fields[place].example = example().shortened(to: 80) }
    fields[place].count += 1
  }

  mutating func mapped(_ source: String, to target: String?, _ example: @autoclosure () -> String) {
    count(place(of: source, target: target), example())
  }

  mutating func term(_ field: String, _ source: String, to target: String?, _ basis: Term.Basis) {
    let key = TermKey(field: field, source: source)
    if let place = termPlaces[key] {
      terms[place].count += 1
    } else if terms.count < ImportReport.limit {
      termPlaces[key] = terms.count
      terms.append(Term(field: field, source: source.shortened(to: 80), target: target, basis: basis, count: 1))
    }
  }

  mutating func problem(_ row: Int, _ message: String) {
    problemCount += 1
    if problems.count < ImportReport.limit { problems.append(Problem(row: row, message: message)) }
  }

  mutating func skip(_ reason: String) {
    if let place = skipped.firstIndex(where: { $0.reason == reason }) {
      skipped[place].count += 1
    } else if skipped.count < ImportReport.limit {
      skipped.append(Skipped(reason: reason, count: 1))
    }
  }

  mutating func duplicate(_ sourceID: String, row: Int) {
    duplicateCount += 1
    if duplicates.count < ImportReport.limit { duplicates.append(Duplicate(sourceID: sourceID, row: row)) }
  }

  mutating func note(_ note: String) {
    if !notes.contains(note), notes.count < ImportReport.limit { notes.append(note) }
  }
}

private struct TermKey: Hashable {
  var field: String
  var source: String
}

extension String {
  /// The first characters, with `…` behind them where more follow.
  func shortened(to limit: Int) -> String {
    let start = prefix(limit)
    return start.endIndex == endIndex ? self : start + "…"
  }
}
