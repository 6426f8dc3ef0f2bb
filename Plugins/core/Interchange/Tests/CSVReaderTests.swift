import PluginTesting
import Testing

@testable import Interchange

struct CSVReaderTests {
  @Test func readsQuotesSeparatorsAndLineEndsWithinValues() throws {
    let rows = try rows("a,b\r\n\"x,\"\"y\"\"\",\"two\r\nlines\"\n,last")
    #expect(rows.map(\.fields) == [["a", "b"], ["x,\"y\"", "two\r\nlines"], ["", "last"]])
    #expect(rows.map(\.line) == [1, 2, 4])
    #expect(rows.allSatisfy { $0.problem == nil })
  }

  @Test func passesOverAByteOrderMarkAndEmptyLines() throws {
    #expect(try rows("\u{feff}a,b\n\n\r\n1,2\r3,4").map(\.fields) == [["a", "b"], ["1", "2"], ["3", "4"]])
  }

  @Test func takesAQuoteWithinAPlainValueAsItIs() throws {
    #expect(try rows("5\" pipe,x").map(\.fields) == [["5\" pipe", "x"]])
  }

  @Test func anEmptyValueInQuotesIsARow() throws {
    #expect(try rows("\"\"\na").map(\.fields) == [[""], ["a"]])
  }

  @Test func reportsWhatIsWrongWithARow() throws {
    #expect(
      try rows("\"a\"b,c").first
        == .init(fields: ["ab", "c"], line: 1, problem: "a value goes on behind its closing quote"))
    #expect(try rows("x\n\"a,c").last == .init(fields: ["a,c"], line: 2, problem: "a quote is opened and never closed"))
    #expect(try rows([0x61, 0xff, 0x2c, 0x62]).first?.problem == "a value is not UTF-8; what could not be read is �")
  }

  @Test func refusesARowBeyondTheLimit() throws {
    var reader = CSVReader(limit: 10)
    reader.feed(Array("short\n\"never closed, and on and on".utf8))
    #expect(try reader.next()?.fields == ["short"])
    #expect(
      throws: ImportFailure("the row that begins in line 2 is longer than 10 bytes; is a quote there never closed?")
    ) {
      try reader.next()
    }
  }

  @Test func readsBackWhateverIsWrittenInPiecesOfAnySize() throws {
    for seed in SeededGenerator.seeds(300) {
      var random = SeededGenerator(seed: seed)
      let alphabet = ["a", "é", "\"", ",", "\n", "\r", "\r\n", " ", ";", "'", "=", "\u{feff}", "😀"]
      let written = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
          (0..<Int.random(in: 0...5, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
        }
      }
      var bytes: [UInt8] = []
      for row in written { CSVText.append(row, to: &bytes) }
      let read = try rows(bytes, pieces: Int.random(in: 1...9, using: &random))
      #expect(read.map(\.fields) == written, "seed \(seed)")
      #expect(read.allSatisfy { $0.problem == nil }, "seed \(seed)")
    }
  }

  @Test func endsOnAnyBytes() throws {
    for seed in SeededGenerator.seeds(300) {
      var random = SeededGenerator(seed: seed)
      let bytes = (0..<200).map { _ in
        "\",\r\n\t ab\u{0}".utf8.randomElement(using: &random) ?? UInt8.random(in: 0...255, using: &random)
      }
      let whole = try rows(bytes, pieces: 200)
      let pieces = try rows(bytes, pieces: Int.random(in: 1...7, using: &random))
      #expect(whole == pieces, "seed \(seed)")
    }
  }

  @Test func keepsFormulasFromSpreadsheetsAndGivesThemBack() {
    for text in ["=1+1", "+a", "-a", "@a", "\t=", "'=a", "''=a", "'plain", "''", "", "plain", "=\u{301}", "'\u{301}"] {
      let guarded = CSVText.guarded(text)
      #expect(CSVText.unguarded(guarded) == text, "\(text.debugDescription)")
      #expect(!["=", "+", "-", "@", "\t"].contains { guarded.utf8.first == $0.utf8.first }, "\(text.debugDescription)")
    }
  }
}

private func rows(_ text: String) throws -> [CSVReader.Row] { try rows(Array(text.utf8)) }

private func rows(_ bytes: [UInt8], pieces: Int = 3) throws -> [CSVReader.Row] {
  var reader = CSVReader()
  var rows: [CSVReader.Row] = []
  var start = 0
  while start < bytes.count {
    reader.feed(Array(bytes[start..<min(start + pieces, bytes.count)]))
    while let row = try reader.next() { rows.append(row) }
    start += pieces
  }
  reader.end()
  while let row = try reader.next() { rows.append(row) }
  return rows
}
