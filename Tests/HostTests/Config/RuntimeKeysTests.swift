import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Merge patches, and the keys that may change.
@Suite struct RuntimeKeysTests {
  private let keys = RuntimeKeys(
    path: "plugins.x",
    schema: [
      "$defs": ["open": ["x-runtime": true]],
      "properties": [
        "a": ["x-runtime": true], "b": ["properties": ["c": ["x-runtime": true], "d": ["type": "integer"]]],
        "r": ["$ref": "#/$defs/open"],
      ],
    ])

  /// The examples of RFC 7396, appendix A.
  @Test(arguments: [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
    (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
    (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ])
  func mergesAsTheStandardHasIt(target: String, patch: String, result: String) throws {
    #expect(try JSON(parsing: target).patched(by: try JSON(parsing: patch)).text == result)
  }

  @Test func tellsMarkedKeysFromOthers() {
    let differences = keys.differences(
      from: ["a": 1, "b": ["c": 1, "d": 1], "r": ["deep": 1]],
      to: ["a": 2, "b": ["c": 2, "d": 2], "r": ["deep": 2], "e": 1])
    #expect(
      differences == [
        .init(key: "plugins.x.a", isRuntime: true), .init(key: "plugins.x.b.c", isRuntime: true),
        .init(key: "plugins.x.b.d", isRuntime: false), .init(key: "plugins.x.r.deep", isRuntime: true),
        .init(key: "plugins.x.e", isRuntime: false),
      ])
  }

  @Test func takesTheMarkedKeysAlone() {
    #expect(
      keys.taken(from: ["a": 2, "b": ["c": 2, "d": 2], "e": 1], into: ["b": ["d": 1]]) == [
        "b": ["d": 1, "c": 2], "a": 2,
      ])
    #expect(keys.taken(from: nil, into: ["a": 1, "b": ["c": 1, "d": 1]]) == ["b": ["d": 1]])
    #expect(keys.taken(from: ["b": ["d": 2]], into: nil) == nil)
  }

  @Test func whatIsTakenDiffersInMarkedKeysAloneAndInAllOfThem() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    func value(_ depth: Int = 0) -> JSON {
      if depth > 2 || Int.random(in: 0..<3, using: &random) == 0 {
        return .int(Int64.random(in: 0...2, using: &random))
      }
      var members: JSONObject = [:]
      for key in ["a", "b", "c", "d", "r"] where Bool.random(using: &random) { members[key] = value(depth + 1) }
      return .object(members)
    }
    for _ in 0..<2000 {
      let (old, new) = (value(), value())
      let taken = keys.taken(from: new, into: old)
      #expect(keys.differences(from: old, to: taken).filter { !$0.isRuntime } == [], "seed \(seed): \(old) \(new)")
      #expect(keys.differences(from: taken, to: new).filter { $0.isRuntime } == [], "seed \(seed): \(old) \(new)")
    }
  }

  /// Patching, reading the file and reading the running host give one and the same merge.
  @Test func patchedThenReadGivesTheMerge() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"place":"there"}},"disabled":["deaf"]}"#)
    var model: JSON = try JSON(parsing: host.text)
    for _ in 0..<40 {
      var shelf: JSONObject = [:]
      for key in ["boards", "books", "x", "y"] where Bool.random(using: &random) {
        switch key {
        case _ where Int.random(in: 0..<3, using: &random) == 0: shelf[key] = .null
        case "boards": shelf[key] = .int(Int64.random(in: 0...9, using: &random))
        case "books": shelf[key] = .array([JSON.random(using: &random)])
        default: shelf[key] = .object(["v": JSON.random(using: &random)])
        }
      }
      let patch: JSON = ["plugins": ["changer": ["shelf": .object(shelf)]]]
      let outcome = try host.change(patch.text)
      #expect(outcome.status == .ok, "seed \(seed): \(outcome.message)")
      model = model.patched(by: patch)
      #expect(try JSON(parsing: host.text) == model, "seed \(seed)")
      let shown = try #require(outcome.answer?["plugins"]?["changer"]?["shelf"]?.object)
      let wanted = try #require(model["plugins"]?["changer"]?["shelf"]?.object)
      for (key, value) in wanted { #expect(shown[key] == value, "seed \(seed): \(key)") }
      #expect(shown["boards"] == wanted["boards"] ?? 3, "seed \(seed)")
      #expect(try host.config(of: "changer")["shelf"] == .object(shown), "seed \(seed)")
    }
  }
}
