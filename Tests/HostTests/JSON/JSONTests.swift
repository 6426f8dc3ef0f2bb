import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct JSONTests {
  @Test func readsEveryKindOfValue() throws {
    let json = try JSON(parsing: #" {"n":null,"t":true,"i":-7,"d":2.5,"s":"x","a":[1,[]],"o":{"k":{}}} "#)
    #expect(json["n"]?.isNull == true)
    #expect(json["t"]?.bool == true)
    #expect(json["i"]?.int == -7)
    #expect(json["d"]?.double == 2.5)
    #expect(json["s"]?.string == "x")
    #expect(json["a"]?.array == [1, []])
    #expect(json["a"]?[1] == [])
    #expect(json["o"]?["k"]?.object == [:])
  }

  @Test func answersNilForAnotherTypeOrNothing() throws {
    let json: JSON = ["a": [1]]
    #expect(json["b"] == nil)
    #expect(json["a"]?["b"] == nil)
    #expect(json["a"]?[1] == nil)
    #expect(json["a"]?[-1] == nil)
    #expect(json.string == nil)
    #expect(JSON("5").int == nil)
    #expect(JSON(1).bool == nil)
  }

  @Test func keepsTheOrderOfMembers() throws {
    let text = #"{"z":1,"a":{"y":2,"b":3},"m":[4]}"#
    #expect(try JSON(parsing: text).text == text)
  }

  @Test(arguments: [
    ("0", JSON.int(0)), ("-0", .int(0)), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
    ("9223372036854775808", .double(0x1p63)), ("18446744073709551615", .double(0x1p64)),
    ("-9223372036854775809", .double(-0x1p63)), ("18446744073709551616", .double(0x1p64)),
    ("123456789012345678901234567890", .double(0x1.8ee90ff6c373ep+96)), ("1.0", .double(1)),
    ("1e2", .double(100)), ("-0.0", .double(-0.0)), ("5e-324", .double(.leastNonzeroMagnitude)),
  ])
  func readsNumbersExactlyOrAsDoubles(text: String, expected: JSON) throws {
    let json = try JSON(parsing: text)
    #expect(json == expected)
    #expect(json.kind == expected.kind)
  }

  @Test func readsLongIntegersAmongOtherText() throws {
    let text =
      #"{"12345678901234567890123":[123456789012345678901,"\"99999999999999999999",-99999999999999999999,1.5,9223372036854775807,-9223372036854775808,9223372036854775808]}"#
    let expected: JSON = [
      "12345678901234567890123": [
        .double(0x1.ac53a7e04bcdap+66), "\"99999999999999999999", .double(-1e20), 1.5, .int(.max), .int(.min),
        .double(0x1p63),
      ]
    ]
    #expect(try JSON(parsing: text) == expected)
  }

  @Test func takesAnIntegerFromAWholeDoubleWithinRange() {
    #expect(JSON.double(5).int == 5)
    #expect(JSON.double(-0.0).int == 0)
    #expect(JSON.double(5.5).int == nil)
    #expect(JSON.double(0x1p63).int == nil)
    #expect(JSON.double(-0x1p63).int == nil, "it may stand for an integer beyond 64 bits")
    #expect(JSON.double(.nan).int == nil)
  }

  @Test func comparesNumbersByValueAndStringsByCodePoints() {
    #expect(JSON.int(1) == .double(1))
    #expect(JSON.int(.max) != .double(0x1p63))
    #expect(JSON.int(1 << 53 + 1) != .double(0x1p53))
    #expect(JSON("\u{E9}") != JSON("e\u{301}"))
    #expect(["a": 1, "b": 2] as JSON == ["b": 2.0, "a": 1.0])
    #expect(["a": 1] as JSON != ["a": 1, "b": 2])
    #expect(JSON.bool(true) != .int(1))
  }

  @Test func hashesEqualValuesEqually() {
    let values: Set<JSON> = [1, 1.0, ["a": 1, "b": 2], ["b": 2.0, "a": 1], [[0.0]], [[-0.0]]]
    #expect(values.count == 3)
  }

  @Test func namesADuplicateKeyWhenAsked() throws {
    let texts = [#"{"b":1,"a":{"x":1,"y":[],"x":2}}"#, #"[[{"x":1,"x":2}]]"#, #"{"x":[{"k":1}],"\u0078":2}"#]
    for text in texts {
      #expect(throws: JSONError(#"the key "x" stands twice in one object"#)) {
        try JSON(parsing: text, duplicateKeys: .refused)
      }
    }
    #expect(try JSON(parsing: #"{"x":{"x":{"x":1}},"y":[{"x":1},{"x":2}]}"#, duplicateKeys: .refused)["y"] != nil)
  }

  @Test func namesADuplicateKeyAmongMany() throws {
    let members = (0..<1000).map { "\"key\($0)\":\($0)" }
    let unique = "{\(members.joined(separator: ","))}"
    #expect(try JSON(parsing: unique, duplicateKeys: .refused).object?.count == 1000)
    #expect(throws: JSONError(#"the key "key77" stands twice in one object"#)) {
      try JSON(parsing: "{\(members.joined(separator: ",")),\"key77\":0}", duplicateKeys: .refused)
    }
  }

  @Test func letsTheLastOfDuplicateKeysCountOtherwise() throws {
    #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).text == #"{"a":3,"b":2}"#)
  }

  @Test(arguments: [("[", "]"), (#"{"k":"#, "}")])
  func acceptsADepthOf512AndNoMore(open: String, close: String) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }
    #expect(try JSON(parsing: nested(512)).text == nested(512))
    let error = #expect(throws: JSONError.self) { try JSON(parsing: nested(513)) }
    #expect(error?.message.hasPrefix("nested deeper than 512, at line 1, column \(512 * open.count + 1) ") == true)
    #expect(throws: JSONError.self) { try JSON(parsing: nested(10_000)) }
  }

  @Test func writesNullForANumberThatJSONCannotExpress() {
    #expect(JSON.array([.double(.nan), .double(.infinity), 1.5]).text == "[null,null,1.5]")
  }

  @Test(arguments: [UInt64](1...20))
  func readsBackWhatItWrites(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let json = JSON.random(using: &generator)
      let text = json.text
      let copy = try JSON(parsing: text)
      #expect(copy == json, "seed \(seed): \(text)")
      #expect(copy.text == text, "seed \(seed)")
    }
  }
}

@Suite struct JSONObjectTests {
  @Test func setsReplacesAndRemovesMembersInOrder() {
    var object: JSONObject = ["a": 1, "b": 2, "c": 3]
    object["b"] = 20
    object["d"] = 4
    object["a"] = nil
    object["absent"] = nil
    #expect(object.keys == ["b", "c", "d"])
    #expect(object["b"] == 20)
    #expect(object["a"] == nil)
  }

  @Test func staysConsistentWhenItIsLarge() {
    var object = JSONObject()
    for index in 0..<500 { object["k\(index)"] = .int(Int64(index)) }
    for index in stride(from: 0, to: 500, by: 2) { object["k\(index)"] = nil }
    object["k1"] = "new"
    object["last"] = true
    #expect(object.count == 251)
    #expect(object["k0"] == nil)
    #expect(object["k1"] == "new")
    #expect(object["k499"] == 499)
    #expect(object.keys.last == "last")
  }

  @Test func tellsCanonicallyEquivalentKeysApart() throws {
    let members = (0..<20).map { "\"\($0)\":0" }.joined(separator: ",")
    for text in [#"{"\u00e9":1,"e\u0301":2}"#, "{\(members),\"\\u00e9\":1,\"e\\u0301\":2}"] {
      let object = try #require(try JSON(parsing: text).object)
      #expect(object["\u{E9}"] == 1)
      #expect(object["e\u{301}"] == 2)
    }
  }
}
