import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct SearchQueryTests {
  @Test func readsFiltersAndWords() {
    let query = SearchQuery(#"status:todo,review -label:api "exact words" due:<7d fix -flaky points:>=3"#)
    #expect(query.text == #""exact words" fix -flaky"#)
    #expect(
      query.terms == [
        .init(field: .status, comparison: .equal, values: ["todo", "review"], isExcluded: false),
        .init(field: .label, comparison: .equal, values: ["api"], isExcluded: true),
        .init(field: .due, comparison: .less, values: ["7d"], isExcluded: false),
        .init(field: .points, comparison: .greaterOrEqual, values: ["3"], isExcluded: false),
      ])
  }

  @Test func takesQuotedValuesAndUpperCaseNames() {
    let query = SearchQuery(#"Component:"user interface" label:b"#)
    #expect(query.terms.map(\.values) == [["user interface"], ["b"]])
  }

  @Test(arguments: ["http://example.com", "note:", "12:30", ":", "-:", "\"", "status:,"])
  func takesWhatIsNoFilterAsWords(text: String) {
    let query = SearchQuery(text)
    #expect(query.terms.isEmpty)
    #expect(!query.text.isEmpty)
  }

  @Test func losesNothingThatWasTyped() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("ab:-\"<>= ,\u{e9}\u{1F600}status")
    for _ in SeededGenerator.seeds(2000) {
      let text = String(
        (0..<Int.random(in: 0..<40, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
      let query = SearchQuery(text)
      // What is no filter is searched for: each of its letters is still there.
      let kept =
        query.text.count { $0.isLetter }
        + query.terms.reduce(0) { count, term in
          count + term.field.rawValue.count + term.values.joined().count { $0.isLetter }
        }
      #expect(kept == text.count { $0.isLetter }, "seed \(seed): \(text)")
    }
  }
}

@Suite struct SearchFiltersTests {
  private static let setting = SearchFilters.Setting(
    today: Day(year: 2026, month: 1, day: 31), zone: TimeZone("Europe/Berlin") ?? .utc, actor: "user:ada",
    activeSprint: "s1", ids: ["ORC-3": "id3", "ORC-S2": "s2"])

  private func filters(_ text: String) throws -> [String] {
    let filters = try SearchFilters(
      SearchQuery(text), of: Documents.Query("core/tasks"), in: SearchFiltersTests.setting)
    return filters.query.filters.map { "\($0.field) \($0.test) \(String(decoding: [$0.value].json, as: UTF8.self))" }
  }

  @Test(arguments: [
    ("status:in-progress", ["status equal \"in_progress\""]),
    ("-status:done -status:cancelled", ["status notEqual \"done\"", "status notEqual \"cancelled\""]),
    ("assignee:me", ["assignee equal \"ada\""]), ("assignee:none", ["assignee equal null"]),
    ("assignee:Grace", ["assignee equal \"grace\""]), ("sprint:active", ["sprint equal \"s1\""]),
    ("sprint:ORC-S2", ["sprint equal \"s2\""]),
    ("parent:ORC-3", ["parentTask equal \"id3\""]),
    ("due:<7d", ["dueDate less \"2026-02-07\""]),
    ("due:today", ["dueDate greaterOrEqual \"2026-01-31\"", "dueDate less \"2026-02-01\""]),
    // The day begins in Berlin an hour before it does in UTC.
    ("updated:>2w", ["updatedAt greaterOrEqual \"2026-01-17T23:00:00.000Z\""]),
    (
      "created:today",
      ["createdAt greaterOrEqual \"2026-01-30T23:00:00.000Z\"", "createdAt less \"2026-01-31T23:00:00.000Z\""]
    ), ("due:<900y", ["dueDate less \"2925-06-27\""]), ("due:none", ["dueDate equal null"]),
    ("points:>3", ["storyPoints greater 3.0"]), ("label:api", ["labels contains \"api\""]),
  ])
  func becomeFiltersOfStorage(text: String, filters: [String]) throws {
    #expect(try self.filters(text) == filters)
  }

  @Test func ordersByThePrioritiesRankAndNotByItsLetters() throws {
    func order(_ text: String) throws -> SearchFilters {
      try SearchFilters(SearchQuery(text), of: Documents.Query("core/tasks"), in: SearchFiltersTests.setting)
    }
    #expect(try order("order:priority").priorities == [.critical, .high, .medium, .low, .trivial])
    #expect(try order("-order:priority").priorities == [.trivial, .low, .medium, .high, .critical])
    #expect(try order("order:rank").priorities == nil && order("order:priority order:rank").priorities == nil)
    // Within a priority the order is the usual one.
    #expect(try order("order:priority").query.order == order("status:todo").query.order)
  }

  @Test func readsTheCursorsOfListsByPriorityAlone() throws {
    let all = TaskPriority.allCases
    for cursor in [PriorityCursor(rank: 0), .init(rank: 4), .init(rank: 2, inner: "eyJh.x")] {
      #expect(try PriorityCursor(cursor.text, in: all) == cursor)
    }
    #expect(try PriorityCursor(nil, in: all) == PriorityCursor(rank: 0))
    for text in ["", ".", "5", "-1", "eyJhIjoxfQ", "9223372036854775808.x", "01"] {
      let failure = #expect(throws: Failure.self) { try PriorityCursor(text, in: all) }
      #expect(failure?.status == .invalidArgument && failure?.message.contains("cursor") == true)
    }
  }

  @Test(arguments: [
    "status:nearly_done", "due:someday", "due:2026-02-30", "due:99999y", "due:+9223372036854775807d", "points:many",
    "is:nice", "order:chaos", "-label:a",
    "status:>todo", "assignee:none,ada",
  ])
  func refuseWhatCannotBeMeant(text: String) {
    let failure = #expect(throws: Failure.self) { try filters(text) }
    #expect(failure?.status == .invalidArgument)
    #expect(
      failure?.message.contains(text.split(separator: ":").last.map(String.init) ?? "") == true || text.contains(">"))
  }
}

extension [Value] {
  /// The one value as JSON.
  fileprivate var json: [UInt8] {
    var writer = JSONWriter()
    for value in self { writer.value(value) }
    return [UInt8](writer.bytes)
  }
}
