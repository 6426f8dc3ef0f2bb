import PluginKit
import PluginTesting
import Testing

@Suite struct JSONWriterTests {
  @Test func writesCommasByItself() {
    var json = JSONWriter()
    json.beginObject()
    json.member("a", 1)
    json.key("b")
    json.beginArray()
    json.bool(true)
    json.null()
    json.beginObject()
    json.endObject()
    json.endArray()
    json.member("c", "x")
    json.endObject()
    #expect(json.text == #"{"a":1,"b":[true,null,{}],"c":"x"}"#)
  }

  @Test func escapesWhatJSONForbids() {
    var json = JSONWriter()
    json.string("a\"b\\c\n\r\t\u{8}\u{c}\u{0}\u{1f}/é😀")
    #expect(json.text == #""a\"b\\c\n\r\t\b\f\u0000\u001f/é😀""#)
  }

  @Test func writesIntegersExactly() {
    for value in [0, 7, 10, -1, 99, 100, Int.max, Int.min] {
      var json = JSONWriter()
      json.int(value)
      #expect(json.text == String(value))
    }
    var json = JSONWriter()
    json.int(UInt64.max)
    #expect(json.text == "18446744073709551615")
  }

  @Test func writesTheShortestDoubleThatReadsBackTheSame() throws {
    var generator = SeededGenerator(seed: 20261122)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      var json = JSONWriter()
      json.double(value)
      let text = json.text
      #expect(Double(text) == value, "seed 20261122: \(value) became \(text)")
      #expect(try JSON(parsing: text).double == value, "seed 20261122: \(text) is no JSON number")
    }
  }

  @Test func notesNumbersThatJSONCannotExpress() {
    for value in [Double.nan, .infinity, -.infinity] {
      var json = JSONWriter()
      json.double(value)
      #expect(json.text == "null")
      let isOutOfRange = json.isOutOfRange
      #expect(isOutOfRange)
      json.reset()
      let isOutOfRangeYet = json.isOutOfRange
      #expect(!isOutOfRangeYet)
    }
  }

  @Test func readsBackAnyString() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      let length = Int(generator.next() % 300)
      let text = String(
        String.UnicodeScalarView((0..<length).map { _ in generator.nextScalar() }))
      var json = JSONWriter(capacity: 16)
      json.string(text)
      #expect(try JSON(parsing: json.text) == .string(text), "seed 7")
    }
  }

  @Test func takesTextThatIsWrittenAlready() {
    var json = JSONWriter()
    json.beginArray()
    json.raw(#"{"a":1}"#)
    json.raw([0x5b, 0x5d])
    json.endArray()
    #expect(json.text == #"[{"a":1},[]]"#)
  }
}

extension SeededGenerator {
  /// Any scalar; every second one below 128, where the special ones are.
  mutating func nextScalar() -> Unicode.Scalar {
    let bits = next()
    let code =
      bits & 1 == 0 ? UInt32(truncatingIfNeeded: bits >> 8) % 128 : UInt32(truncatingIfNeeded: bits >> 8) % 0x110000
    return Unicode.Scalar(code) ?? "x"
  }
}
