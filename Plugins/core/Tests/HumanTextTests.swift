import Interchange
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct HumanTextTests {
  @Test func namesExactlyWhatCannotBeSeen() throws {
    let pattern = try #require(try JSON(parsing: HumanText.schema(maxLength: 7))["pattern"]?.string)
    let scalars = Array(pattern.unicodeScalars)
    #expect(scalars.starts(with: "[^".unicodeScalars) && scalars.last == "]")
    // A class is code points and ranges of them; up to U+FFFF they are escapes.
    var (place, ranges) = (2, [ClosedRange<UInt32>]())
    func take() throws -> UInt32 {
      guard scalars[place] == "\\" else {
        place += 1
        return scalars[place - 1].value
      }
      place += 6
      let digits = String(String.UnicodeScalarView(scalars[place - 4..<place]))
      return try #require(UInt32(digits, radix: 16))
    }
    while place < scalars.count - 1 {
      let first = try take()
      guard scalars[place] == "-" else {
        ranges.append(first...first)
        continue
      }
      place += 1
      ranges.append(first...(try take()))
    }
    #expect(ranges == VisibleText.invisible)
    #expect(try JSON(parsing: HumanText.schema(maxLength: 7))["maxLength"]?.int == 7)
  }
}
