import PluginTesting
import Testing

@testable import StoragePlugin

@Suite struct DocumentTextTests {
  @Test(arguments: [
    ("{}", #"{"id":"a","revision":7}"#),
    ("{ }", #"{ "id":"a","revision":7}"#),
    (#" { "x" : 1 } "#, #" { "x" : 1 ,"id":"a","revision":7} "#),
    (#"{"id":"b","x":[1,{"id":2}],"revision":6}"#, #"{"id":"a","x":[1,{"id":2}],"revision":7}"#),
    (#"{"revision":{"a":"}"},"id":null}"#, #"{"revision":7,"id":"a"}"#),
    (#"{"x":"\"}","id":"a"}"#, #"{"x":"\"}","id":"a","revision":7}"#),
    (#"{"\u0069d":1,"revis\u0069on":2}"#, #"{"\u0069d":"a","revis\u0069on":7}"#),
    (#"{"i\\d":1}"#, #"{"i\\d":1,"id":"a","revision":7}"#),
    (#"{"revision":7.0,"id":"a"}"#, #"{"revision":7,"id":"a"}"#),
  ])
  func putsIdAndRevisionRight(_ body: String, _ expected: String) {
    #expect(stamped(body) == expected)
  }

  @Test func leavesATextAloneThatSaysBoth() {
    let body = Array(#"{"title":"x","id":"a" , "revision":7}"#.utf8)
    #expect(DocumentText.stamped(body, id: "a", revision: 7) == body)
  }

  @Test func quotesAnIdAsJSONDoes() {
    let text = DocumentText.stamped(Array("{}".utf8), id: #"a"\"#, revision: 1).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(text == #"{"id":"a\"\\","revision":1}"#)
  }

  @Test(arguments: [
    "", " ", "[]", "7", "{", #"{"a""#, #"{"a":"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,}"#, #"{"a\"#, #"{"a":"\"#, "{,}",
    #"{"id":1,"id":2}"#, #"{"revision":1,"\u0072evision":2}"#, #"{"a":[1}"#,
  ])
  func refusesWhatIsNotAnObjectOrSaysThemTwice(_ body: String) {
    #expect(stamped(body) == nil)
  }

  /// Cut and altered texts: whatever comes, it ends, and what comes out of valid text is valid.
  @Test func survivesEveryDamage() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let database = try Database(file: ":memory:", role: .writer)
    let whole = Array(#"{"id":"b","t\"x\u0041":[{"a":"\\"},null,-1.5e3],"revision":12, "ü":"\u00e9ä"}"#.utf8)
    for _ in SeededGenerator.seeds(5000) {
      var body = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
      for _ in 0..<Int.random(in: 0...3, using: &random) where !body.isEmpty {
        body[Int.random(in: body.indices, using: &random)] = whole.randomElement(using: &random) ?? 0
      }
      guard let text = DocumentText.stamped(body, id: "a", revision: 3) else { continue }
      let statement = try database.statement(
        """
        SELECT CASE WHEN NOT json_valid(?1) THEN 1 WHEN NOT json_valid(?2) THEN 0
          ELSE json_extract(?2, '$.revision') IS 3 END
        """)
      defer { statement.reset() }
      try statement.bind(1, text: body)
      try statement.bind(2, text: text)
      #expect(try statement.step() && statement.int(0) == 1, "seed \(seed): \(String(decoding: body, as: UTF8.self))")
    }
  }

  private func stamped(_ body: String) -> String? {
    DocumentText.stamped(Array(body.utf8), id: "a", revision: 7).map { String(decoding: $0, as: UTF8.self) }
  }
}
