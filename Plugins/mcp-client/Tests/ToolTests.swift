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

  @Test func cleansTextOfWhatSteersOrHides() {
    #expect(CleanText.line("a\u{1B}[31m\n\n b\u{0}\t c ", limit: 100) == "a [31m b c")
    #expect(CleanText.line("x\u{202E}y\u{200B}z\u{E0041}", limit: 100) == "xyz")
    #expect(CleanText.line("abcdef", limit: 3) == "abc…")
  }
}
