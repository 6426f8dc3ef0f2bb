import Glibc
import Testing

@testable import OrchestronHost

@Suite struct JSONWriterTests {
  @Test func placesCommasAndColons() throws {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.int(1)
    writer.key("b")
    writer.beginArray()
    writer.beginObject()
    writer.endObject()
    writer.null()
    writer.bool(true)
    try writer.double(0.5)
    writer.beginArray()
    writer.endArray()
    writer.endArray()
    writer.key("c")
    "[1, 2]".utf8.withContiguousStorageIfAvailable { writer.raw(UnsafeRawBufferPointer($0)) }
    writer.key("d")
    writer.json(["x": [.null]])
    writer.endObject()
    #expect(writer.text == #"{"a":1,"b":[{},null,true,0.5,[]],"c":[1, 2],"d":{"x":[null]}}"#)
  }

  @Test func writesLinesOfIndependentValues() {
    var writer = JSONWriter()
    for index in 0..<2 {
      writer.beginObject()
      writer.key("line")
      writer.int(Int64(index))
      writer.endObject()
      writer.newline()
    }
    #expect(writer.text == "{\"line\":0}\n{\"line\":1}\n")
  }

  @Test(arguments: [0, 7, -7, 10, 99, 100, 1_000_000, 999_999_999_999_999_999, Int64.max, .min, .max - 1, .min + 1])
  func writesIntegers(value: Int64) {
    var writer = JSONWriter()
    writer.int(value)
    #expect(writer.text == String(value))
  }

  @Test func writesEveryCountOfDigits() {
    var power: Int64 = 1
    for _ in 0..<18 {
      power *= 10
      for value in [power - 1, power, power + 1, -power] {
        var writer = JSONWriter()
        writer.int(value)
        #expect(writer.text == String(value))
      }
    }
  }

  @Test(arguments: [
    (5.0, "5.0"), (0.1, "0.1"), (1e21, "1e+21"), (.leastNonzeroMagnitude, "5e-324"), (-0.0, "-0.0"),
    (100_000, "100000.0"),
  ])
  func writesDoublesAsTheShortestTextThatReadsBack(value: Double, text: String) throws {
    var writer = JSONWriter()
    try writer.double(value)
    #expect(writer.text == text)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func refusesWhatJSONCannotExpress(value: Double) throws {
    var writer = JSONWriter()
    writer.beginArray()
    writer.int(1)
    do {
      try writer.double(value)
      Issue.record("\(value) was written")
    } catch {
      #expect(error.message == "JSON cannot express the number \(value)")
    }
    writer.int(2)
    writer.endArray()
    #expect(writer.text == "[1,2]", "a refused number leaves no trace")
  }

  @Test func escapesWhatMustBeEscapedAtEveryPosition() throws {
    let escapes = [
      "\"": #"\""#, "\\": #"\\"#, "\u{8}": #"\b"#, "\t": #"\t"#, "\n": #"\n"#, "\u{C}": #"\f"#, "\r": #"\r"#,
      "\u{0}": #"\u0000"#, "\u{1F}": #"\u001f"#, "\u{7F}": "\u{7F}", "é": "é", "😀": "😀", " ": " ", "/": "/",
    ]
    for (text, escaped) in escapes {
      for before in 0..<18 {
        for after in [0, 1, 9] {
          let (head, tail) = (String(repeating: "a", count: before), String(repeating: "z", count: after))
          var writer = JSONWriter()
          writer.string(head + text + tail)
          #expect(writer.text == "\"\(head)\(escaped)\(tail)\"")
        }
      }
    }
  }

  @Test func repairsForeignBytes() {
    var writer = JSONWriter()
    writer.beginArray()
    for bytes: [UInt8] in [[0x61, 0xFF, 0x62], Array("é".utf8), []] {
      bytes.withUnsafeBytes { writer.string(repairing: $0) }
    }
    writer.endArray()
    #expect(writer.text == "[\"a\u{FFFD}b\",\"é\",\"\"]")
  }

  @Test func growsForLongValuesAndBeginsAnewAfterAReset() {
    var writer = JSONWriter(capacity: 1)
    for length in [10, 1000, 100_000] {
      writer.reset(keepingAtMost: 5000)
      writer.string(String(repeating: "x", count: length))
      #expect(writer.count == length + 2)
      #expect(writer.bytes.last == UInt8(ascii: "\""))
    }
  }

  @Test func givesItsMemoryAway() {
    var writer = JSONWriter()
    writer.json([1, 2])
    let given = writer.detach()
    defer { free(given.baseAddress) }
    writer.string("next")
    #expect(String(decoding: given, as: UTF8.self) == "[1,2]")
    #expect(writer.text == "\"next\"")
  }
}
