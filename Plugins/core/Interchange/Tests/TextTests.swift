import PluginData
import PluginTesting
import Testing

@testable import Interchange

struct DateTextTests {
  @Test(arguments: [
    ("2026-01-31", "2026-01-31"), ("20260131", "2026-01-31"), ("31/Jan/26", "2026-01-31"), ("31.1.2026", "2026-01-31"),
    ("31/01/26", "2026-01-31"), ("January 31, 2026", "2026-01-31"), ("31 January 2026", "2026-01-31"),
    ("2026-01-31T09:30:00+01:00", "2026-01-31T08:30:00.000Z"), ("20260131T093000Z", "2026-01-31T09:30:00.000Z"),
    ("31/Jan/26 9:30 AM", "2026-01-31T09:30:00.000Z"), ("31/Jan/26 12:05 PM", "2026-01-31T12:05:00.000Z"),
    ("31/Jan/26 12:05\u{202f}AM", "2026-01-31T00:05:00.000Z"), ("2026-01-31 09:30", "2026-01-31T09:30:00.000Z"),
    ("2026-01-31T09:30:00.123456+00:00", "2026-01-31T09:30:00.123Z"),
    ("Sat Jan 31 2026 09:30:00 GMT-0330 (NST)", "2026-01-31T13:00:00.000Z"),
    ("2026-01-31T09:30:00.000+0100", "2026-01-31T08:30:00.000Z"),
  ])
  func reads(_ text: String, as expected: String) throws {
    switch try DateText.read(text, order: .dayFirst, zone: .utc).reading {
    case .day(let day): #expect(day.text == expected)
    case .moment(let moment, _): #expect(moment.text == expected)
    }
  }

  @Test(arguments: [
    "2026-02-30", "31/Feb/26", "2026-13-01", "2026-01-31T25:00:00Z", "31/04/2026", "00/01/2026", "2026-01-00",
    "31/Jan/26 13:00 PM", "2023-02-29", "2026-01-31T09:30:00+24:00", "0000-01-01T00:00:00+10:00",
    "9999-12-31T23:00:00-10:00",
  ])
  func refusesDatesThatDoNotExist(_ text: String) {
    #expect(throws: DateText.Problem.doesNotExist) { try DateText.read(text, order: .dayFirst, zone: .utc) }
  }

  @Test(arguments: [
    "", "soon", "2026", "12:30", "2026-01-31T", "2026-01-31Tx", "2026-01-31 09:30 CEST", "99999999999-1-1",
  ])
  func refusesWhatIsNoDate(_ text: String) {
    if text == "2026-01-31T" {
      // Nothing behind the T is as nothing behind the day.
      #expect(throws: Never.self) { try DateText.read(text, order: .dayFirst, zone: .utc) }
    } else {
      #expect(throws: DateText.Problem.isNoDate) { try DateText.read(text, order: .dayFirst, zone: .utc) }
    }
  }

  @Test func readsDaysOfNumbersInTheOrderThatIsAskedFor() throws {
    let european = try DateText.read("03/04/2026", order: .dayFirst, zone: .utc)
    let american = try DateText.read("03/04/2026", order: .monthFirst, zone: .utc)
    #expect(european.reading == .day(Day(year: 2026, month: 4, day: 3)))
    #expect(american.reading == .day(Day(year: 2026, month: 3, day: 4)))
    #expect(european.isAmbiguous && american.isAmbiguous)
    #expect(throws: DateText.Problem.isOutOfOrder) { try DateText.read("04/13/2026", order: .dayFirst, zone: .utc) }
  }

  @Test func timesWithoutAZoneHaveTheZoneOfTheExport() throws {
    let berlin = try #require(TimeZone("Europe/Berlin"))
    let summer = try DateText.read("31/Jul/26 9:30:15 AM", order: .dayFirst, zone: berlin).reading
    #expect(summer == .moment(try #require(Instant("2026-07-31T07:30:15Z")), midnightOf: nil))
    let midnight = try DateText.read("2026-07-31T00:00:00+02:00", order: .dayFirst, zone: .utc).reading
    #expect(midnight == .moment(try #require(Instant("2026-07-30T22:00:00Z")), midnightOf: Day("2026-07-31")))
  }

  @Test func endsOnAnyText() {
    for seed in SeededGenerator.seeds(2000) {
      var random = SeededGenerator(seed: seed)
      let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        ["0", "1", "9", "2026", "Jan", "/", "-", ".", ":", " ", "T", "Z", "+", "AM", "GMT", "é"].randomElement(
          using: &random) ?? ""
      }.joined()
      if let date = try? DateText.read(text, order: .monthFirst, zone: .utc) {
        // What was read can be written and read again.
        switch date.reading {
        case .day(let day): #expect(Day(day.text) == day, "seed \(seed): \(text)")
        case .moment(let moment, _): #expect(abs(moment.milliseconds) < 400_000_000_000_000, "seed \(seed): \(text)")
        }
      }
    }
  }
}

struct StatusTermsTests {
  @Test(arguments: [
    ("Done", "done"), ("IN_PROGRESS", "in_progress"), ("In-Progress", "in_progress"), ("inreview", "review"),
    ("Won't Do", "cancelled"), ("To Do", "todo"), ("Selected for Development", "todo"), ("pending", "todo"),
    ("Closed (QA passed)", "done"), ("Resolved upstream", "done"), ("Ready for release", "todo"),
    ("Not done", nil), ("Unresolved", "todo"), ("Waiting for deployment", nil), ("Blocked by vendor", "blocked"),
    ("Deferred", "backlog"), ("Канбан", nil), ("not completed yet", nil), ("Closed 🎉", "done"),
  ])
  func knowsWhatIsMeant(_ word: String, _ status: String?) {
    let folded = StatusTerms.folded(word)
    #expect((StatusTerms.known(folded) ?? StatusTerms.category(folded)) == status)
  }

  @Test func neverInventsAStatus() {
    for seed in SeededGenerator.seeds(500) {
      var random = SeededGenerator(seed: seed)
      let words = (0..<3).map { _ in
        ["done", "not", "blocked", "x", "Review", "in", "progress", "won't", "", "🎉"].randomElement(using: &random)
          ?? ""
      }
      var context = ImportContext(options: ImportOptions(statuses: ["x": "nonsense"]))
      #expect(StatusTerms.ours.contains(context.status(words.joined(separator: " "))), "seed \(seed)")
    }
  }
}

struct VisibleTextTests {
  @Test func agreesWithTheUnicodeCharacterDatabase() {
    for number in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(number), number != 0x2800 else { continue }
      let properties = scalar.properties
      let isInvisible =
        properties.isWhitespace || properties.isDefaultIgnorableCodePoint
        || [.control, .format].contains(properties.generalCategory)
      #expect(VisibleText.shows(String(Character(scalar))) == !isInvisible, "U+\(String(number, radix: 16))")
    }
  }

  @Test func seesWhatStandsAmongWhatIsInvisible() {
    #expect(VisibleText.shows("\u{200b}\u{200d}a") && VisibleText.shows("👩‍🚀") && VisibleText.shows("-"))
    for text in ["", " \t\n", "\u{200b}", "\u{2800}\u{feff}", "\u{0}\u{7f}", "\u{e0061}"] {
      #expect(!VisibleText.shows(text))
    }
  }
}

struct JSONElementsTests {
  @Test func takesListsAndLinesApart() throws {
    #expect(
      try elements(#"[{"a":"]}\"{"},[1,[2]],"s,",3, true ]"#) == [#"{"a":"]}\"{"}"#, "[1,[2]]", #""s,""#, "3", "true"])
    #expect(try elements("{\"a\":1}\n{\"a\":2}\r\n") == [#"{"a":1}"#, #"{"a":2}"#])
    #expect(try elements("[1][2]\n[]") == ["1", "2"])
    #expect(try elements("") == [])
    #expect(try elements("\u{feff}[]") == [])
  }

  @Test(arguments: ["[{\"a\":1}", "{\"a\"", "[\"abc", "]", "<html>", "[1,2", "[,]", ",", "[1]\n,", "[1,,2]"])
  func refusesWhatIsCutOffOrNoJSON(_ text: String) {
    #expect(throws: ImportFailure.self) { try elements(text) }
  }

  @Test(arguments: [
    ("{]", "line 1, column 2, a ] closes what a { has opened"),
    ("[\n {\"a\": [1}]}]", "line 2, column 10, a } closes what a [ has opened"),
    ("[1,\n  2]\n]", "line 3, column 1, a ] closes a list that was not opened"),
    ("[1,\n  ,2]", "line 2, column 3, a comma follows no entry"),
    ("{}\n\n <", "line 3, column 2, an entry cannot begin as entry 2 does"),
  ])
  func namesTheLineAndColumnOfWhatIsMalformed(_ text: String, _ words: String) {
    for pieces in 1...text.utf8.count {
      let failure = #expect(throws: ImportFailure.self) { try elements(text, pieces: pieces) }
      #expect(failure?.message == "the content is no JSON: in \(words)")
    }
  }

  @Test func knowsWhereAnElementBegins() throws {
    var elements = JSONElements()
    elements.feed(Array("[{\"a\":\n1},\n   {}]".utf8))
    #expect(try elements.next()?.place == .init(line: 1, column: 2))
    #expect(try elements.next()?.place == .init(line: 3, column: 4))
  }

  @Test func refusesAnElementBeyondTheLimit() {
    var elements = JSONElements(limit: 20)
    elements.feed(Array(#"[{"a":"0123456789012345678901234567890123456789"}]"#.utf8))
    #expect(throws: ImportFailure("entry 1 is longer than 20 bytes")) { try elements.next() }
  }

  @Test func thePiecesDoNotMatter() throws {
    for seed in SeededGenerator.seeds(200) {
      var random = SeededGenerator(seed: seed)
      let values = (0..<Int.random(in: 0...5, using: &random)).map { _ in Value.random(&random) }
      var writer = JSONWriter()
      writer.value(.array(values))
      let read = try elements(writer.text, pieces: Int.random(in: 1...5, using: &random))
      #expect(try read.map { try parseJSON(Array($0.utf8)) } == values, "seed \(seed)")
    }
  }
}

private func elements(_ text: String, pieces: Int = 2) throws -> [String] {
  let bytes = Array(text.utf8)
  var elements = JSONElements()
  var texts: [String] = []
  var start = 0
  while start < bytes.count {
    elements.feed(Array(bytes[start..<min(start + pieces, bytes.count)]))
    while let element = try elements.next() { texts.append(String(decoding: element.bytes, as: UTF8.self)) }
    start += pieces
  }
  elements.end()
  while let element = try elements.next() { texts.append(String(decoding: element.bytes, as: UTF8.self)) }
  return texts
}
