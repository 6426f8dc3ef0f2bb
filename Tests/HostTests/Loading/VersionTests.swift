import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct VersionTests {
  @Test(arguments: ["0.0.0", "1.2.3", "10.20.30", "999999999.0.1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0-x.y-z"])
  func readsAndWritesTheSameText(text: String) throws {
    #expect(try Version(parsing: text).description == text)
  }

  @Test func ordersAsSemverSays() throws {
    let ordered = try [
      "0.0.1", "0.1.0", "0.9.0", "0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-123456789012345678901234567890",
      "1.0.0-Beta", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1", "1.0.0", "1.0.1", "2.0.0",
    ].map { try Version(parsing: $0) }
    for (i, a) in ordered.enumerated() {
      for (j, b) in ordered.enumerated() {
        #expect((a < b) == (i < j), "\(a) < \(b)")
        #expect((a == b) == (i == j), "\(a) == \(b)")
      }
    }
  }

  @Test(arguments: [
    ("", "\"\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("one", "\"one\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("v1.2.3", "\"v1.2.3\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("1.2.3 ", "\"1.2.3 \" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("1.2.3.4", "\"1.2.3.4\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("1..3", "\"1..3\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("-1.2.3", "\"-1.2.3\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("1.2-beta", "\"1.2-beta\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    ("1", "\"1\" is not a full version; write three numbers, for instance \"1.0.0\""),
    ("1.2", "\"1.2\" is not a full version; write three numbers, for instance \"1.2.0\""),
    ("1.02.3", "\"1.02.3\" has a number with a leading zero; write the number without it"),
    ("1.2.3-01", "\"1.2.3-01\" has a number with a leading zero; write the number without it"),
    ("1.2.3-", "\"1.2.3-\" has an empty part in its pre-release tag; write it as in \"1.2.3-beta.1\""),
    ("1.2.3-a..b", "\"1.2.3-a..b\" has an empty part in its pre-release tag; write it as in \"1.2.3-beta.1\""),
    ("1.2.3+5", "\"1.2.3+5\" carries build metadata, which versions here do not have; remove \"+5\""),
    ("1.2.1234567890", "\"1.2.1234567890\" has a number of more than nine digits; use smaller numbers"),
  ])
  func saysWhatIsWrongWithAText(text: String, sentence: String) {
    #expect(throws: VersionError(sentence)) { try Version(parsing: text) }
  }
}

@Suite struct VersionRangeTests {
  @Test(arguments: [
    ("*", ["0.0.0", "1.2.3", "9.0.0-beta"], []),
    ("1.2.3", ["1.2.3"], ["1.2.2", "1.2.4", "1.2.3-beta"]),
    ("=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("1.2.3-beta", ["1.2.3-beta"], ["1.2.3", "1.2.3-beta.1"]),
    (">=1.2 <2", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0", "2.0.0-alpha", "1.2.0-alpha", "1.5.0-alpha"]),
    (">1.2.3", ["1.2.4", "9.0.0"], ["1.2.3", "1.2.2"]),
    (">1.2", ["1.3.0"], ["1.2.0", "1.2.9"]),
    (">1", ["2.0.0"], ["1.9.9"]),
    ("<=1.2.3", ["1.2.3", "0.0.1"], ["1.2.4"]),
    ("<=1.2", ["1.2.9"], ["1.3.0"]),
    ("<=1", ["1.9.9"], ["2.0.0"]),
    ("<1.2", ["1.1.9"], ["1.2.0"]),
    ("^1.2", ["1.2.0", "1.99.0"], ["1.1.9", "2.0.0", "2.0.0-alpha"]),
    ("^1.2.3", ["1.2.3", "1.3.0"], ["1.2.2", "2.0.0"]),
    ("^1", ["1.0.0", "1.9.0"], ["0.9.0", "2.0.0"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0"]),
    ("^0.2", ["0.2.0", "0.2.9"], ["0.1.0", "0.3.0"]),
    ("^0.0.3", ["0.0.3"], ["0.0.2", "0.0.4"]),
    ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
    ("^0", ["0.0.0", "0.9.0"], ["1.0.0"]),
    ("^1.2.0-beta.2", ["1.2.0-beta.2", "1.2.0-rc.1", "1.2.0", "1.3.0"], ["1.2.0-beta.1", "1.3.0-beta.9"]),
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
    ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
    ("~1", ["1.0.0", "1.9.0"], ["2.0.0"]),
    (">=1.0.0 >=1.1.0 <3 <2", ["1.1.0", "1.9.0"], ["1.0.0", "2.0.0"]),
    (">=1.1.0 >1.1.0", ["1.1.1"], ["1.1.0"]),
    (">=1.1.0 <=1.1.0", ["1.1.0"], ["1.1.1"]),
    ("  ^1.2  <1.5 ", ["1.4.9"], ["1.5.0"]),
    ("^999999999", ["999999999.1.1"], ["1.0.0"]),
  ])
  func includesExactlyWhatItSays(text: String, inside: [String], outside: [String]) throws {
    let range = try VersionRange(parsing: text)
    for version in inside { #expect(range.contains(try Version(parsing: version)), "\(text) has \(version)") }
    for version in outside { #expect(!range.contains(try Version(parsing: version)), "\(text) has not \(version)") }
    #expect(range.description == text)
  }

  @Test(arguments: [
    ("", "the version range is empty; write \"*\" for any version, or for instance \"^1.2\""),
    ("  ", "the version range is empty; write \"*\" for any version, or for instance \"^1.2\""),
    (
      "1.2",
      "\"1.2\" asks for exactly \"1.2\", which is not a full version; write \"~1.2\" for any 1.2 version, or all three numbers"
    ),
    (">= 1.2", "\">= 1.2\" has \">=\" without a version; write both without a space, for instance \">=1.2\""),
    ("1.x", "\"1.x\" has a placeholder; write \"~1\" instead of \"1.x\""),
    ("^1.2.*", "\"^1.2.*\" has a placeholder; write \"~1.2\" instead of \"^1.2.*\""),
    (
      "^1 || ^2",
      "\"^1 || ^2\" lists alternatives, which ranges here do not have; write one range, for instance \">=1.2 <3\""
    ),
    (
      "=>1.2",
      "\"=>1.2\" has \"=>1.2\", which is no comparator; use one of >= > <= < = ^ ~ before a version, or \"*\" alone"
    ),
    (
      "* <2", "\"* <2\" has \"*\", which is no comparator; use one of >= > <= < = ^ ~ before a version, or \"*\" alone"
    ),
    ("latest", "\"latest\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""),
    (
      ">=1 <two",
      "in the range \">=1 <two\": \"two\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""
    ),
    (">=2 <1", "no version matches \">=2 <1\"; correct one of its bounds"),
    (">1.0.0 <=1.0.0", "no version matches \">1.0.0 <=1.0.0\"; correct one of its bounds"),
  ])
  func saysWhatIsWrongWithAText(text: String, sentence: String) {
    #expect(throws: VersionError(sentence)) { try VersionRange(parsing: text) }
  }

  /// The interval form must agree with the plain reading of each comparator, for all releases near the bounds.
  @Test func agreesWithItsComparatorsTakenOneByOne() throws {
    var random = SeededGenerator(seed: 7)
    let symbols = [">=", ">", "<=", "<"]
    for round in 0..<5_000 {
      let comparators = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        (symbols.randomElement(using: &random)!, Self.smallVersion(&random))  // The list is not empty.
      }
      let text = comparators.map { "\($0)\($1)" }.joined(separator: " ")
      let version = Self.smallVersion(&random)
      let expected = comparators.allSatisfy { symbol, bound in
        switch symbol {
        case ">=": version >= bound
        case ">": version > bound
        case "<=": version <= bound
        default: version < bound
        }
      }
      // A range that no version matches is refused; then nothing may be expected to match.
      let found = (try? VersionRange(parsing: text))?.contains(version) ?? false
      #expect(found == expected, "seed 7, round \(round): \(text) and \(version)")
    }
  }

  private static func smallVersion(_ random: inout SeededGenerator) -> Version {
    Version(.random(in: 0...2, using: &random), .random(in: 0...2, using: &random), .random(in: 0...2, using: &random))
  }
}
