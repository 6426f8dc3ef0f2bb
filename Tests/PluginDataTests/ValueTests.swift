import PluginData
import PluginTesting
import Testing

@Suite struct ValueTests {
  @Test func comparesNumbersByTheirValue() {
    #expect(Value.int(3) == .double(3))
    #expect(Value.double(3) == .int(3))
    #expect(Value.double(3.5) != .int(3))
    // 2^53 + 1 has no double: it must not be taken for its neighbour.
    #expect(Value.int(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
    #expect(Value.double(.infinity) != .int(.max))
  }

  @Test func doesNotTakeOneKindForAnother() {
    let values: [Value] = [.null, false, 0, "", [], [:]]
    for (left, value) in values.enumerated() {
      for (right, other) in values.enumerated() { #expect((value == other) == (left == right)) }
    }
  }

  @Test func comparesObjectsWithoutTheirOrder() {
    #expect(["a": 1, "b": [2]] as Value == ["b": [2], "a": 1])
    #expect(["a": 1] as Value != ["a": 1, "b": .null])
    #expect([1, 2] as Value != [2, 1])
  }
}

@Suite struct FieldsTests {
  @Test func keepsTheOrderInWhichMembersCame() {
    var fields: Fields = ["b": 1, "a": 2]
    fields["c"] = 3
    fields["a"] = 4
    #expect(fields.names == ["b", "a", "c"])
    fields["b"] = nil
    fields["gone"] = nil
    #expect(fields.names == ["a", "c"])
    #expect(fields["a"] == 4)
  }

  @Test func arrangesTheNamedMembersFirst() {
    let fields: Fields = ["x": 1, "b": 2, "y": 3, "a": 4]
    #expect(fields.arranged(by: ["a", "absent", "b"]).names == ["a", "b", "x", "y"])
  }

  @Test func writesJSONInItsOrder() {
    let fields: Fields = ["b": "q\"", "a": [1, 2.5, .null, true], "c": ["d": [:]]]
    #expect(String(decoding: fields.json, as: UTF8.self) == #"{"b":"q\"","a":[1,2.5,null,true],"c":{"d":{}}}"#)
  }
}

/// The cases are those of RFC 7396, appendix A.
@Suite struct MergePatchTests {
  @Test(
    arguments: [
      (["a": "b"], ["a": "c"], ["a": "c"]),
      (["a": "b"], ["b": "c"], ["a": "b", "b": "c"]),
      (["a": "b"], ["a": .null], [:]),
      (["a": "b", "b": "c"], ["a": .null], ["b": "c"]),
      (["a": ["b"]], ["a": "c"], ["a": "c"]),
      (["a": "c"], ["a": ["b"]], ["a": ["b"]]),
      (["a": ["b": "c"]], ["a": ["b": "d", "c": .null]], ["a": ["b": "d"]]),
      (["a": [["b": "c"]]], ["a": [1]], ["a": [1]]),
      (["a", "b"], ["c", "d"], ["c", "d"]),
      (["a": "b"], ["c"], ["c"]),
      (["a": "foo"], .null, .null),
      (["a": "foo"], "bar", "bar"),
      (["e": .null], ["a": 1], ["e": .null, "a": 1]),
      ([1, 2], ["a": "b", "c": .null], ["a": "b"]),
      ([:], ["a": ["bb": ["ccc": .null]]], ["a": ["bb": [:]]]),
    ] as [(Value, Value, Value)])
  func doesWhatTheStandardSays(target: Value, patch: Value, result: Value) {
    #expect(MergePatch.apply(patch, to: target) == result)
  }

  @Test func changesNothingTheSecondTime() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in SeededGenerator.seeds(500) {
      let (target, patch) = (Value.random(&random), Value.random(&random))
      let once = MergePatch.apply(patch, to: target)
      #expect(MergePatch.apply(patch, to: once) == once, "seed \(seed): \(patch) on \(target)")
    }
  }
}
