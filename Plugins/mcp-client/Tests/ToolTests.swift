import PluginKit
import PluginTesting
import Testing

@testable import MCPClientPlugin

@Suite struct ToolTests {
  @Test(arguments: [
    ("read_file", "readFile"), ("create-pull request", "createPullRequest"), ("GetX", "getX"), ("2nd.try", "n2ndTry"),
    ("__a__b__", "aB"), ("straße", "straE"),
  ])
  func fitsNames(name: String, method: String) {
    #expect(ToolName.fit(name) == method)
  }

  @Test func hasNoNameForWhatHasNoLetter() {
    #expect(ToolName.fit("") == nil)
    #expect(ToolName.fit("_-.") == nil)
    #expect(ToolName.fit("工具") == nil)
    #expect(ToolName.fit(String(repeating: "x", count: 500))?.utf8.count == 64)
  }

  @Test func takesToolsWithoutHintsForDestructive() {
    #expect(Effect(hints: nil) == .destructive)
    #expect(Effect(hints: ["readOnlyHint": true]) == .read)
    #expect(Effect(hints: ["destructiveHint": false]) == .write)
    #expect(Effect(hints: ["readOnlyHint": "yes", "destructiveHint": 0]) == .destructive)
  }

  @Test func keepsOfASchemaWhatTheHostKnows() {
    let schema: Value = [
      "type": "object", "$defs": ["Kind": ["enum": ["a", "b"], "pattern": "("]],
      "properties": [:],
    ]
    let reader = ToolSchema(of: schema)
    #expect(
      reader.parameter(["type": "string", "pattern": "(?<=x)", "format": "odd", "minLength": 2])
        == #"{"type":"string","minLength":2}"#)
    #expect(
      reader.parameter(["$ref": "#/$defs/Kind"])
        == ##"{"$ref":"#/$defs/Kind","$defs":{"Kind":{"enum":["a","b"]}}}"##)
    #expect(reader.parameter(["$ref": "https://evil.example/schema"]) == nil)
    #expect(reader.parameter(["type": "strnig", "minimum": "1", "required": "x"]) == nil)
    #expect(reader.parameter(["not": ["pattern": "x"], "if": true]) == nil)
    #expect(reader.parameter(["oneOf": [["type": "string"], ["type": "string", "pattern": "x"]]]) == nil)
  }

  @Test func boundsTheDepthOfASchema() throws {
    var schema: Value = ["type": "string"]
    for _ in 0..<200 { schema = ["type": "array", "items": schema] }
    let text = try #require(ToolSchema(of: ["type": "object"]).parameter(schema))
    #expect(text.utf8.count < 1000)
  }

  @Test(
    arguments: [
      (["type": "integer"], 7, nil), (["type": "integer"], 7.5, "it is not integer"), (["type": "integer"], 7.0, nil),
      (["type": ["string", "null"]], .null, nil), (["type": "object"], [], "it is not object"),
      (["enum": ["a", 1]], 1, nil), (["enum": ["a", 1]], "b", "it is none of the values that it may be"),
      (["minLength": 2], "é", "it has 1 characters, \"minLength\" is 2"), (["maxItems": 1], [1], nil),
      (["exclusiveMinimum": 0], 0, "it breaks \"exclusiveMinimum\": 0.0"), (["multipleOf": 0.1], 0.3, nil),
      (["items": ["type": "string"]], ["a", 5], "[1] is not string"),
      (["uniqueItems": true], [1, 1], "[1] is there twice"),
      (["required": ["a"], "properties": ["a": ["items": ["required": ["b"]]]]], ["a": [[:]]], "a[0].b is missing"),
      (["properties": ["a": true], "additionalProperties": false], ["b": 1], "b is not allowed"),
      (["anyOf": [["type": "string"], ["minimum": 3]]], 2, "it fits none of \"anyOf\""),
      (["oneOf": [["minimum": 1], ["minimum": 3]]], 5, "it fits several of \"oneOf\""),
      (["oneOf": [["minimum": 1], ["minimum": 3]]], 2, nil),
      (
        [
          "$ref": "#/$defs/Tree",
          "$defs": ["Tree": ["properties": ["next": ["$ref": "#/$defs/Tree"]], "required": ["v"]]],
        ],
        ["v": 1, "next": ["next": ["v": 2]]], "next.v is missing"
      ),
      (["$ref": "#/$defs/Loop", "$defs": ["Loop": ["$ref": "#/$defs/Loop"]]], 1, nil),
      (["pattern": "^a", "type": "string"], "b", nil),
    ] as [(Value, Value, String?)])
  func holdsResultsToTheirSchema(schema: Value, value: Value, breach: String?) {
    #expect(ResultSchema(schema)?.breach(in: value) == breach)
  }

  @Test func hasNoSchemaOfWhatTheHostDoesNotKnow() {
    #expect(ResultSchema(["pattern": "x", "$schema": "https://json-schema.org/draft/2020-12/schema"]) == nil)
    #expect(ResultSchema(["type": "string", "format": "uri"])?.text == #"{"type":"string"}"#)
  }

  @Test func isNotKeptBusyByASchema() throws {
    var schema: Value = ["type": "string"]
    for _ in 0..<8 { schema = ["anyOf": [schema, schema, schema]] }
    #expect(ResultSchema(["properties": ["a": schema]])?.breach(in: ["a": 1]) == nil)
    let refs: Value = ["anyOf": [["$ref": "#/$defs/A"], ["$ref": "#/$defs/A"]]]
    let bomb = try #require(ResultSchema(["$ref": "#/$defs/A", "$defs": ["A": refs]]))
    #expect(bomb.breach(in: 1) == nil)
  }

  @Test func cleansTextOfWhatSteersOrHides() {
    #expect(CleanText.line("a\u{1B}[31m\n\n b\u{0}\t c ", limit: 100) == "a [31m b c")
    #expect(CleanText.line("x\u{202E}y\u{200B}z\u{E0041}", limit: 100) == "xyz")
    #expect(CleanText.line("abcdef", limit: 3) == "abc…")
  }
}
