import PluginKit
import PluginTesting
import Testing

@Suite struct CodableTests {
  @Test func carriesAValueThereAndBack() async throws {
    try await FakeHost.run(probeEntry) { host throws in
      let shapes: [JSON] = [
        ["name": "a", "sides": []],
        ["name": "é", "sides": [1, -2], "kind": "round", "nested": ["x": 0.5, "y": 2.25]],
      ]
      for shape in shapes { #expect(try host.call("probe.codable", ["value": shape]) == ["value": shape]["value"]) }
    }
  }

  @Test(arguments: [
    (#"{"sides":[]}"#, "\"name\" is missing; it must be a string"),
    (#"{"name":1,"sides":[]}"#, "\"name\" must be a string, not an integer"),
    (#"{"name":"a","sides":{}}"#, "\"sides\" must be an array, not an object"),
    (#"{"name":"a","sides":[1.5]}"#, "\"sides[0]\" must be an integer, not a number with a fraction"),
    (#"{"name":"a","sides":[],"nested":{"x":"y"}}"#, "\"nested.x\" must be a number, not a string"),
    ("[]", "the value must be an object, not an array"),
  ])
  func namesThePlaceOfWhatIsWrong(_ text: String, _ message: String) async throws {
    try await FakeHost.run(probeEntry) { host in
      let value = try JSON(parsing: text)
      let failure = failure { () throws(Failure) in try host.call("probe.codable", ["value": value]) }
      #expect(failure == Failure(.invalidArgument, message))
    }
  }

  @Test func encodesNestedContainersInAnyOrder() throws {
    struct Odd: Encodable {
      enum Keys: CodingKey { case first, second, list }
      func encode(to encoder: any Encoder) throws {
        var whole = encoder.container(keyedBy: Keys.self)
        var list = whole.nestedUnkeyedContainer(forKey: .list)
        try whole.encode(1, forKey: .first)
        try list.encode("a")
        var inner = list.nestedContainer(keyedBy: Keys.self)
        try whole.encode(2, forKey: .second)
        try inner.encodeNil(forKey: .first)
        try list.encode(UInt64.max)
      }
    }
    var json = JSONWriter()
    try json.encode(Odd())
    #expect(json.text == #"{"list":["a",{"first":null},18446744073709551615],"first":1,"second":2}"#)
  }
}
