import PluginTesting
import Testing

@testable import HTTPPlugin

@Suite struct JSONTextTests {
  private func check(_ text: String) -> JSONTextError? {
    withBytes(text) { bytes in
      do throws(JSONTextError) {
        try JSONText.value(of: bytes)
        return nil
      } catch { return error }
    }
  }

  @Test(arguments: [
    "{}", "[]", "0", "-0", "-1.5e+10", "1E5", "true", "false", "null", #""""#, #""aé\u00e9\ud83d\ude00😀\/""#,
    " { \"a\" : [ 1 , { } , [ ] ] , \"a\" : null } \n", #"["\"\\\b\f\n\r\t"]"#,
  ]) func acceptsJSON(text: String) {
    #expect(check(text) == nil)
  }

  @Test(arguments: [
    ("", 0), (" ", 1), ("{", 1), ("[1,]", 3), ("{\"a\":1,}", 7), ("{a:1}", 1), ("01", 1), ("1.", 2), ("1e", 2),
    ("-", 1),
    ("+1", 0), (".5", 0), ("tru", 0), ("[tru]", 1), ("nul", 0), ("NaN", 0), ("\"a", 2), ("\"\u{1}\"", 1), (#""\x""#, 1),
    (#""\u12g4""#, 1), (#""\ud800""#, 1), (#""\udc00""#, 1), (#""\ud800\u0041""#, 1), ("1 2", 2), ("{\"a\" 1}", 5),
    ("[1 2]", 3), ("'a'", 0), ("// c", 0), ("{\"a\":}", 5), ("\u{feff}{}", 0),
  ]) func refusesWhatIsNoJSONAndSaysWhere(text: String, offset: Int) {
    #expect(check(text)?.offset == offset, "\(text)")
  }

  @Test(arguments: [
    [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xff], [0x80], [0xf0, 0x80, 0x80, 0x80],
  ])
  func refusesInvalidUTF8(bytes: [Int]) {
    let text = [0x22] + bytes.map { UInt8($0) } + [0x22]
    text.withUnsafeBufferPointer { text in
      _ = #expect(throws: JSONTextError(offset: 1, reason: "invalid UTF-8")) { try JSONText.value(of: text) }
    }
  }

  @Test func goesDeepButNotWithoutEnd() {
    #expect(check(String(repeating: "[", count: 512) + String(repeating: "]", count: 512)) == nil)
    #expect(check(String(repeating: "[", count: 513) + String(repeating: "]", count: 513))?.offset == 512)
    #expect(check(String(repeating: "{\"a\":", count: 100_000))?.reason == "more than 512 levels")
  }

  @Test func findsTheMembersOfAnObjectAsTheyStand() {
    var members: [String] = []
    withBytes(#" { "a" : [1, 2] ,"b\n":"x", "c":{"d":1}} "#) { bytes in
      try? JSONText.forEachMember(of: bytes) { members.append("\($0.name.text)=\($0.value.text)") }
    }
    #expect(members == [#""a"=[1, 2]"#, #""b\n"="x""#, #""c"={"d":1}"#])
  }

  private func scanned(_ bytes: Bytes) -> [String] {
    var scan = JSONScan(bytes)
    var members: [String] = []
    while let member = scan.next() { members.append("\(member.name.text)=\(member.value.text)") }
    return members
  }

  @Test(arguments: [
    "{}", " { } ", #"{"id":"x","revision":7}"#, #" { "a" : [1, 2] ,"b\n":"x", "c":{"d":1}} "#,
    #"{"a":"\\","b":"\\\"","c":"\"}{","\"d\\":[{"e":"]\""},[],{}],"f":-1.5e+10,"g":true ,"h":null}"#,
    "{\n\t\"ä\" : \"ö{\" ,\r\n \"n\" :\n 1 }",
  ]) func scansTheMembersOfATextThatWasChecked(text: String) {
    withBytes(text) { bytes in
      var members: [String] = []
      try? JSONText.forEachMember(of: bytes) { members.append("\($0.name.text)=\($0.value.text)") }
      #expect(scanned(bytes) == members)
      // What was not checked may be anything; memory behind it is not looked at.
      for end in 0..<bytes.count {
        let copy = SharedBytes(copying: bytes.part(0..<end))
        _ = scanned(copy.bytes)
      }
    }
  }

  @Test(arguments: [
    "", "7", "[1]", "{", "}", "{]", #"{"a"}"#, #"{"a":}"#, #"{"a":1"b":2}"#, #"{"a":"\"}"#, #"{"a":[}"#, "{,,}",
  ])
  func scansNothingBeyondWhatIsNoJSON(text: String) {
    withBytes(text) { bytes in _ = scanned(bytes) }
  }

  @Test func writesAndReadsStrings() {
    for text in ["", "plain", "q\"b\\s/", "line\nfeed\r\t\u{1}\u{1f}", "häß😀", "\u{7f}\u{2028}"] {
      let quoted = written { $0.append(jsonString: text) }
      #expect(check(quoted) == nil)
      #expect(written { buffer in withBytes(quoted) { buffer.append(unescaping: $0) } } == text)
    }
    #expect(
      written { buffer in withBytes(#""\ud83d\ude00\u00e9\b\f\/""#) { buffer.append(unescaping: $0) } }
        == "😀é\u{8}\u{c}/")
    let broken: [UInt8] = [0x61, 0xff, 0x62]
    #expect(written { buffer in broken.withUnsafeBufferPointer { buffer.append(jsonString: $0) } } == "\"a\u{fffd}b\"")
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func neverTrapsOnMutatedText(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let source = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00"],"b":{"c":null,"d":true},"é":"😀"}"#.utf8)
    for _ in 0..<20_000 {
      var text = source
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: text[index] = UInt8.random(in: 0...255, using: &random)
        case 1: text.remove(at: index)
        default: text.insert(#"{}[]",:\u0-"#.utf8.randomElement(using: &random) ?? 0, at: index)
        }
      }
      text.withUnsafeBufferPointer { text in
        guard let value = try? JSONText.value(of: text) else { return }
        #expect(String(validating: value, as: UTF8.self) != nil, "seed \(seed)")
        var whole = 0
        try? JSONText.forEachMember(of: text) { whole += $0.value.count }
        #expect(whole < text.count, "seed \(seed)")
      }
    }
  }
}
