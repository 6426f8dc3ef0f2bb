import Testing

@testable import OrchestronHost

/// What a schema says about a value, each violation as one sentence.
private func sentences(_ schema: JSON, _ value: JSON, strict: Bool = true) throws -> [String] {
  try Schema(compiling: schema, strict: strict).validate(value).map(\.description)
}

@Suite struct SchemaTests {
  private static let task: JSON = [
    "type": "object",
    "additionalProperties": false,
    "required": ["title", "status"],
    "properties": [
      "title": ["type": "string", "minLength": 1, "maxLength": 10],
      "status": ["enum": ["todo", "done"]],
      "priority": ["type": "integer", "minimum": 1, "maximum": 5],
      "labels": [
        "type": "array", "items": ["type": "string", "pattern": "^[a-z]+$"], "maxItems": 2, "uniqueItems": true,
      ],
      "due": ["type": ["string", "null"], "format": "date"],
    ],
  ]

  @Test func acceptsWhatItDescribes() throws {
    let value: JSON = ["title": "x", "status": "todo", "priority": 5.0, "labels": ["a", "b"], "due": .null]
    #expect(try sentences(Self.task, value) == [])
  }

  @Test func tellsEveryViolationWithItsPathInTheOrderOfTheValue() throws {
    let value: JSON = ["titel": "x", "priority": 9, "labels": ["a", 1, "B"], "due": "soon", "status": "Done"]
    #expect(
      try sentences(Self.task, value) == [
        #"/titel: unknown field "titel"; did you mean "title"?"#,
        "/priority: must be at most 5",
        "/labels: must have at most 2 items, not 3",
        "/labels/1: must be a string, not a number",
        #"/labels/2: must match the pattern ^[a-z]+$, which "B" does not"#,
        #"/due: must be a date such as "2026-01-31", not "soon""#,
        #"/status: must be one of "todo", "done"; did you mean "done"?"#,
        "/title: is missing",
      ])
  }

  @Test func saysWhatAPatternMeansInTheWordsOfTheSchema() throws {
    let schema: JSON = ["pattern": "^[A-Z]{2,4}$", "x-must": "be 2 to 4 capital letters, such as ORC"]
    #expect(try sentences(schema, "ORC") == [])
    #expect(try sentences(schema, "orc") == [#"must be 2 to 4 capital letters, such as ORC, not "orc""#])
    #expect(throws: SchemaError.self) { try Schema(compiling: ["pattern": "a", "x-must": 1], strict: true) }
  }

  @Test func repeatsNoMoreThanTheBeginningOfWhatWasSent() throws {
    let text = String(repeating: "né\n", count: 1000)
    let said = try sentences(["format": "date"], .string(text))
    #expect(said.first?.hasSuffix(#"né\nné\nn…""#) == true, "\(said)")
    #expect(said.first?.utf8.count ?? 0 < 300)
  }

  @Test func listsTheAllowedValues() throws {
    let violations = try Schema(compiling: Self.task, strict: true).validate(["title": "x", "status": "open"])
    #expect(
      violations == [
        Violation(path: "/status", message: #"must be one of "todo", "done""#, allowed: ["todo", "done"])
      ])
  }

  @Test func listsTheKnownFieldsWhenNoneIsNear() throws {
    let schema: JSON = ["properties": ["b": true, "a": true], "additionalProperties": false]
    #expect(try sentences(schema, ["x": 1]) == [#"/x: unknown field "x"; known are "a", "b""#])
    #expect(
      try sentences(["additionalProperties": false], ["x": 1]) == [#"/x: unknown field "x"; none is expected here"#])
  }

  @Test func putsTheGivenPathBeforeItsOwnAndEscapesIt() throws {
    let schema = try Schema(compiling: ["additionalProperties": ["type": "integer"]], strict: true)
    #expect(schema.validate(["a/b~c": "x"], at: "/args").map(\.path) == ["/args/a~1b~0c"])
  }

  @Test func namesTheTypesThatItWants() throws {
    #expect(try sentences(["type": "integer"], 2.5) == ["must be an integer, not 2.5"])
    #expect(try sentences(["type": "integer"], "x") == ["must be an integer, not a string"])
    #expect(
      try sentences(["type": ["null", "string", "object"]], true) == ["must be a string, an object or null, not true"])
    #expect(try sentences(["type": ["integer", "number"]], .null) == ["must be a number, not null"])
    #expect(try sentences(false, 1) == ["is not allowed here"])
  }

  @Test(
    arguments: [
      (["minLength": 2], "é", "must be at least 2 characters long, not 1"),
      (["maxLength": 1], "😀é", "must be at most 1 character long, not 2"),
      (["minimum": 1], 0.5, "must be at least 1"), (["exclusiveMinimum": 1], 1.0, "must be above 1"),
      (["maximum": 1.5], 2, "must be at most 1.5"), (["exclusiveMaximum": 2], 2, "must be below 2"),
      (["multipleOf": 0.1], 0.25, "must be a multiple of 0.1"),
      (["minItems": 1], [], "must have at least 1 item, not 0"),
      (["uniqueItems": true], [1, "x", 1.0], "must not hold one value twice, as items 0 and 2 are"),
      (["minProperties": 2], ["a": 1], "must have at least 2 fields, not 1"),
      (["const": ["a": 1]], 2, #"must be {"a":1}"#),
      (["not": ["type": "string"]], "x", "is a value that is not allowed here"),
      (["oneOf": [true, false, true]], 1, "must match one of 3 alternatives, but matches number 1 and 3"),
    ] as [(JSON, JSON, String)])
  func saysWhatToDo(schema: JSON, value: JSON, message: String) throws {
    #expect(try sentences(schema, value) == [message])
  }

  @Test func explainsAlternativesByTheOneThatIsMeant() throws {
    let schema: JSON = [
      "anyOf": [["type": "string", "maxLength": 2], ["type": "null"], ["$ref": "#/$defs/list"]],
      "$defs": ["list": ["type": "array", "items": ["type": "integer"]]],
    ]
    #expect(try sentences(schema, "abc") == ["must be at most 2 characters long, not 3"])
    #expect(try sentences(schema, [1, "x"]) == ["/1: must be an integer, not a string"])
    #expect(try sentences(schema, 5) == ["must be a string, an array or null, not a number"])
    #expect(
      try sentences(["oneOf": [["const": "low"], ["const": "high"]]], "hihg")
        == [#"must be one of "low", "high"; did you mean "high"?"#])
    #expect(
      try sentences(["anyOf": [["minLength": 3], ["pattern": "x"]]], "y")
        == ["matches none of the 2 forms that are allowed here"])
  }

  @Test func comparesNumbersWithoutRounding() throws {
    #expect(try sentences(["maximum": 9007199254740992], 9007199254740993) != [])
    #expect(try sentences(["maximum": .double(0x1p53)], 9007199254740993) != [])
    #expect(try sentences(["exclusiveMaximum": .double(0x1p63)], .int(.max)) == [])
    #expect(try sentences(["const": .double(0x1p53)], 9007199254740993) != [])
    #expect(try sentences(["multipleOf": 0.01], 19.99) == [], "as a decimal it is one")
    #expect(try sentences(["multipleOf": 3], .double(1e20)) != [])
  }

  @Test func followsReferencesThroughRecursiveValues() throws {
    let schema: JSON = [
      "$ref": "#/$defs/node",
      "$defs": [
        "node": [
          "type": "object", "required": ["name"],
          "properties": [
            "name": ["type": "string"], "children": ["type": "array", "items": ["$ref": "#/$defs/node"]],
          ],
        ]
      ],
    ]
    let value: JSON = ["name": "a", "children": [["name": "b", "children": [["children": []]]], ["name": 1]]]
    #expect(
      try sentences(schema, value) == [
        "/children/0/children/0/name: is missing", "/children/1/name: must be a string, not a number",
      ])
  }

  @Test func followsReferencesWithEscapesAndToAnyPlace() throws {
    let schema: JSON = [
      "properties": [
        "a/b": ["type": "integer"], "x": ["$ref": "#/properties/a~1b"], "y": ["$ref": "#/$defs/%C3%A9%25"],
        "z": ["$ref": "#/anyOf/0"],
      ],
      "anyOf": [["type": "object"]], "$defs": ["é%": ["type": "null"]],
    ]
    #expect(try sentences(schema, ["x": 1, "y": .null, "z": [:]]) == [])
    #expect(try sentences(schema, ["x": "1", "y": 0, "z": []]).count == 3)
  }

  @Test func stopsAtTwentyViolations() throws {
    let schema = try Schema(compiling: ["items": ["type": "string"]], strict: true)
    #expect(schema.validate(.array((0..<100).map { .int($0) })).map(\.path) == (0..<20).map { "/\($0)" })
  }

  @Test func checksRequiredFieldsBeyondTheFirst64Properties() throws {
    let names = (0..<100).map { "field\($0)" }
    let schema: JSON = [
      "properties": .object(JSONObject(names.map { ($0, true) })),
      "required": .array(names.map { .string($0) } + ["other"]),
    ]
    var object = JSONObject((names + ["other"]).map { ($0, .int(1)) })
    #expect(try sentences(schema, .object(object)) == [])
    for name in ["field0", "field63", "field64", "field99", "other"] {
      object[name] = nil
      #expect(try sentences(schema, .object(object)) == ["/\(name): is missing"])
      object[name] = 1
    }
  }

  @Test func comesToAVerdictOnTheDeepestValue() throws {
    let schema = try Schema(compiling: ["type": "array", "items": ["allOf": [["$ref": "#"]]]], strict: true)
    var value: JSON = []
    for _ in 1..<512 { value = [value] }
    #expect(schema.validate(value) == [])
  }

  /// Each level asks both alternatives about the next one: 2^60 visits without a bound.
  @Test func givesUpOnAnExponentialSchema() throws {
    let step: JSON = ["properties": ["x": ["$ref": "#"]], "required": ["x"]]
    let schema = try Schema(compiling: ["anyOf": [step, step]], strict: true)
    var value: JSON = [:]
    for _ in 0..<60 { value = ["x": value] }
    #expect(schema.validate(value).last?.message == "is too deeply nested or too large for its schema")
  }

  @Test(
    .enabled(if: PythonCases.hasModule("jsonschema"), "needs PyPI jsonschema: scripts/setup --dev"),
    arguments: [1, 2, 3])
  func agreesWithJsonschema(seed: Int) throws {
    let cases = try PythonCases(script: "schema_cases.py", seed: seed, count: 300)
    #expect(cases.lines.count == 600)
    for line in cases.lines {
      let schema = try Schema(compiling: try #require(line["schema"]), strict: true)
      let values = try #require(line["values"]?.array)
      let verdicts = try #require(line["valid"]?.array)
      for (value, verdict) in zip(values, verdicts) {
        let violations = schema.validate(value)
        #expect(violations.isEmpty == verdict.bool, "seed \(cases.seed): \(schema.json) on \(value): \(violations)")
      }
    }
  }
}

@Suite struct SchemaCompilingTests {
  private func refusal(_ schema: JSON, strict: Bool = true) -> String? {
    do {
      _ = try Schema(compiling: schema, strict: strict)
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    arguments: [
      (1, "schema, at its root: a schema must be an object, true or false"),
      (
        ["properties": ["a": ["requird": ["x"]]]],
        #"schema, at /properties/a: unknown keyword "requird"; did you mean "required"?"#
      ),
      (["contains": true], #"schema, at its root: unknown keyword "contains""#),
      (
        ["type": "int"],
        #"schema, at /type: "int" is no type; there are null, boolean, integer, number, string, array, object"#
      ),
      (["items": ["enum": []]], "schema, at /items/enum: must be an array that is not empty"),
      (["minimum": "1"], "schema, at /minimum: must be a number"),
      (["multipleOf": 0], "schema, at /multipleOf: must be above 0"),
      (["maxItems": -1], "schema, at /maxItems: must be an integer of at least 0"),
      (["uniqueItems": 1], "schema, at /uniqueItems: must be true or false"),
      (["required": ["a", 1]], "schema, at /required: must be an array of strings"),
      (
        ["pattern": "(?=x)"],
        #"schema, at /pattern: the pattern "(?=x)" uses look-around or a named group, which are not supported"#
      ),
      (
        ["format": "hostname"],
        #"schema, at /format: unknown format "hostname"; there are date-time, date, uuid, email, uri"#
      ),
      (["allOf": []], "schema, at /allOf: must be an array of schemas that is not empty"),
      (["properties": []], "schema, at /properties: must be an object of schemas"),
      (["description": 1], "schema, at /description: has a value of the wrong type"),
      (["$ref": "#/$defs/x"], ##"schema, at /$ref: leads to "#/$defs/x", where there is nothing"##),
      (["$ref": "other.json"], ##"schema, at /$ref: must lead to a place in the same schema, such as "#/$defs/name""##),
      (
        ["$defs": ["unused": ["typ": "string"]]],
        #"schema, at /$defs/unused: unknown keyword "typ"; did you mean "type"?"#
      ),
      (["$ref": "#"], "schema, at its root: refers to itself without descending into the value"),
      (
        [
          "$ref": "#/$defs/a", "$defs": ["a": ["anyOf": [["$ref": "#/$defs/b"]]], "b": ["not": ["$ref": "#/$defs/a"]]],
        ],
        "schema, at /$defs/a: refers to itself without descending into the value"
      ),
    ] as [(JSON, String)])
  func refusesNamingThePlace(schema: JSON, message: String) {
    #expect(refusal(schema) == message)
  }

  @Test func acceptsAnnotationsAndExtensions() {
    let schema: JSON = [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x", "$comment": "", "title": "",
      "description": "",
      "default": .null, "examples": [], "deprecated": true, "readOnly": true, "writeOnly": false, "x-anything": [1],
    ]
    #expect(refusal(schema) == nil)
  }

  @Test func ignoresWhatItDoesNotKnowInForeignSchemas() throws {
    let schema = try Schema(
      compiling: [
        "contains": 1, "format": "hostname", "pattern": "(?=x)", "$ref": "https://example.org/", "type": "string",
      ], strict: false)
    #expect(schema.validate("any") == [])
    #expect(schema.validate(1).count == 1)
  }

  @Test func takesNoFieldForUnknownWhenAForeignPatternIsIgnored() throws {
    let schema: JSON = ["patternProperties": ["(?!a)": true], "additionalProperties": false]
    #expect(try Schema(compiling: schema, strict: false).validate(["b": 1]) == [])
    #expect(refusal(schema) != nil)
  }

  @Test func refusesMalformedKeywordsOfForeignSchemasToo() {
    #expect(refusal(["minLength": "1"], strict: false) == "schema, at /minLength: must be an integer of at least 0")
  }

  @Test func acceptsReferencesThatShareATarget() {
    let leaf: JSON = ["$ref": "#/$defs/leaf"]
    #expect(
      refusal([
        "allOf": [["$ref": "#/$defs/a"], leaf, leaf], "$defs": ["a": ["allOf": [leaf, leaf]], "leaf": true],
      ]) == nil)
  }

  @Test func compilesPropertiesThatAreCanonicallyEquivalent() throws {
    let schema = try JSON(parsing: #"{"properties":{"\u00e9":{"type":"string"},"e\u0301":{"type":"null"}}}"#)
    #expect(try sentences(schema, try JSON(parsing: #"{"\u00e9":"","e\u0301":null}"#)) == [])
  }
}
