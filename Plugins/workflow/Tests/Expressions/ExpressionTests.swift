import PluginData
import Testing

@testable import WorkflowPlugin

/// What the language means, case by case. The README's table is a part of this one.
@Suite struct ExpressionTests {
  static let variables: [String: CELValue] = [
    "event": CELValue([
      "topic": "task:updated", "actor": "user:ada",
      "data": ["changes": ["status": ["todo", "in_progress"], "progress": [0, 40]]],
    ]),
    "task": CELValue([
      "key": "ORC-1", "title": "Grüße 🚀", "priority": "high", "labels": ["api", "release"], "progress": 40,
      "estimatedHours": 8.5, "dueDate": "2026-03-01", "createdAt": "2026-01-31T09:30:00.250Z", "parent": .null,
    ]),
    "now": .timestamp(Instant(milliseconds: 1_769_850_000_000)),  // Saturday, 2026-01-31T09:00:00Z
  ]

  static func evaluate(_ text: String) throws -> CELValue {
    try Expression(text, variables: Set(variables.keys).union(["project"])).value(variables)
  }

  @Test(arguments: [
    // Literals.
    ("1", CELValue.int(1)), ("-9223372036854775808", .int(.min)), ("0xff", .int(255)), ("7u", .uint(7)),
    ("1.5e3", .double(1500)), (".5", .double(0.5)), ("true", .bool(true)), ("null", .null),
    (#""a\n\x41\u00e9""#, .string("a\nAé")), (#"r"\d""#, .string(#"\d"#)),
    (#"b"\xff\101""#, .bytes([0xff, 0x41])), ("'''two\nlines'''", .string("two\nlines")),
    ("[1, 2,]", .list([.int(1), .int(2)])),
    ("{'a': 1}['a']", .int(1)), ("// a remark\n2", .int(2)),
    // Precedence.
    ("1 + 2 * 3", .int(7)), ("(1 + 2) * 3", .int(9)), ("10 - 3 - 2", .int(5)), ("-2 * -3", .int(6)),
    ("!true || true", .bool(true)),
    ("1 < 2 == true", .bool(true)), ("true ? 1 : false ? 2 : 3", .int(1)), ("false ? 1 : false ? 2 : 3", .int(3)),
    ("--2", .int(2)), ("!!true", .bool(true)), ("7 % 4 * 2", .int(6)), ("-7 / 2", .int(-3)), ("-7 % 4", .int(-3)),
    // Equality and order.
    ("1 == 1.0", .bool(true)), ("1u == 1", .bool(true)), ("1 == '1'", .bool(false)), ("null == null", .bool(true)),
    ("[1, 2] == [1.0, 2u]", .bool(true)), ("{'a': [1]} == {'a': [1]}", .bool(true)), ("1 != 2", .bool(true)),
    ("9223372036854775807 < 9223372036854775808.0", .bool(true)), ("-1 < 0u", .bool(true)), ("'a' < 'b'", .bool(true)),
    ("'Z' < 'a'", .bool(true)), ("0.0 / 0.0 == 0.0 / 0.0", .bool(false)), ("0.0 / 0.0 < 1.0", .bool(false)),
    ("1.5 > 1", .bool(true)), ("-1.5 < -1", .bool(true)), ("false < true", .bool(true)),
    // Members.
    ("task.key", .string("ORC-1")), ("task['key']", .string("ORC-1")), ("has(task.dueDate)", .bool(true)),
    ("has(task.assignee)", .bool(false)), ("has(task.parent)", .bool(true)), ("'assignee' in task", .bool(false)),
    ("event.data.changes.status[1]", .string("in_progress")), ("'api' in task.labels", .bool(true)),
    ("2 in [1.0, 2.0]", .bool(true)),
    ("has(event.data.changes.progress) && task.progress > 0", .bool(true)),
    // Errors that do not matter.
    ("true || task.assignee == 'ada'", .bool(true)), ("task.assignee == 'ada' || true", .bool(true)),
    ("false && 1 / 0 == 1", .bool(false)), ("1 / 0 == 1 && false", .bool(false)), ("true ? 1 : 1 / 0", .int(1)),
    // Text.
    ("size('Grüße')", .int(5)), ("task.title.size()", .int(7)), ("size(task.labels)", .int(2)),
    ("size({'a': 1})", .int(1)),
    ("size(b'\\xff')", .int(1)), ("task.title.contains('üß')", .bool(true)),
    ("task.key.startsWith('ORC')", .bool(true)),
    ("task.key.endsWith('-1')", .bool(true)), ("''.contains('')", .bool(true)), ("'a' + 'b'", .string("ab")),
    ("[1] + [2]", .list([.int(1), .int(2)])), ("task.key.matches('^ORC-[0-9]+$')", .bool(true)),
    ("matches('abc', 'b')", .bool(true)),
    // Numbers of JSON, of both kinds.
    ("task.estimatedHours * 2", .double(17)), ("task.progress + 0.5", .double(40.5)), ("2u + 3u", .uint(5)),
    // Conversions.
    ("int('42') + int(2.9) + int(3u)", .int(47)), ("uint(4)", .uint(4)), ("double('1.5')", .double(1.5)),
    ("string(8.0)", .string("8")),
    ("string(true) + string(1u) + string(b'x')", .string("true1x")), ("bytes('é')", .bytes([0xc3, 0xa9])),
    ("bool('true')", .bool(true)),
    ("type(1) == type(2)", .bool(true)), ("type(1) == type(1u)", .bool(false)), ("dyn(1)", .int(1)),
    // Time.
    ("string(timestamp('2026-01-31T10:00:00+01:00'))", .string("2026-01-31T09:00:00.000Z")),
    ("timestamp(task.dueDate) - now < duration('720h')", .bool(true)),
    ("string(now + duration('1h30m'))", .string("2026-01-31T10:30:00.000Z")),
    ("duration('1.5s') == duration('1500ms')", .bool(true)), ("string(duration('-90m'))", .string("-5400s")),
    ("string(duration('0.25s'))", .string("0.25s")),
    ("int(timestamp(1000))", .int(1000)), ("now.getFullYear()", .int(2026)), ("now.getMonth()", .int(0)),
    ("now.getDate()", .int(31)),
    ("now.getDayOfMonth()", .int(30)), ("now.getDayOfWeek()", .int(6)), ("now.getDayOfYear()", .int(30)),
    ("now.getHours()", .int(9)),
    ("now.getHours('Europe/Berlin')", .int(10)), ("now.getHours('-09:30')", .int(23)),
    ("now.getMinutes('+00:45')", .int(45)),
    ("timestamp(task.createdAt).getMilliseconds()", .int(250)), ("duration('3725s').getHours()", .int(1)),
    ("duration('3725s').getMinutes()", .int(62)), ("duration('1.25s').getMilliseconds()", .int(250)),
    ("now > timestamp(0)", .bool(true)),
  ])
  func means(text: String, value: CELValue) throws {
    let found = try Self.evaluate(text)
    #expect(found == value)
    #expect(found.typeName == value.typeName)
  }

  @Test(arguments: [
    ("", "expected a value, found the end (at character 1)"),
    ("1 +", "expected a value, found the end (at character 4)"),
    ("1 2", "expected an operator or the end, found a number (at character 3)"),
    ("task.key = 'a'", #""=" is no operator; write "==" to compare (at character 10)"#),
    ("a && b", #"there is no variable "a"; there are event, now, project, task (at character 1)"#),
    ("(1", #"expected ")", found the end (at character 3)"#),
    ("[1", #"expected "," or "]", found the end (at character 3)"#),
    ("'a", "a string is not closed (at character 1)"),
    (#""\q""#, #""\q" is no escape; write "\\" for a backslash (at character 2)"#),
    (
      "9223372036854775808",
      "9223372036854775808 is no integer of 64 bits; write 9223372036854775808u for an unsigned one (at character 1)"
    ),
    ("1x", "a number cannot go on like this (at character 2)"),
    ("1e999", "1e999 is too large for a number (at character 1)"),
    ("lower('A')", #"there is no function "lower" (at character 1)"#),
    ("size()", "size is written size(value) or value.size() (at character 1)"),
    ("has(task)", "has() asks for a member, as in has(task.dueDate) (at character 1)"),
    (
      "task.labels.all(l, l == 'a')",
      #"there is no variable "l"; there are event, now, project, task (at character 17)"#
    ),
    (
      "task.labels.exists()",
      #""exists" is a comprehension of CEL, and these are not part of this language (at character 13)"#
    ),
    ("task.", "expected a name, found the end (at character 6)"), ("a ? b", #"there is no variable "a""#),
    ("true ? 1", #"expected ":""#),
    ("é", #""é" has no meaning here (at character 1)"#), ("1 in", "expected a value, found the end"),
    ("in", #"found "in""#),
  ])
  func refusesWhatIsNoExpression(text: String, message: String) {
    let error = #expect(throws: ExpressionError.self) { try Self.evaluate(text) }
    #expect(
      error?.description.hasPrefix(message) == true || error?.message.contains(message) == true,
      "\(String(describing: error))")
  }

  @Test(arguments: [
    ("task.assignee", #"there is no member "assignee"; has() asks whether there is (at character 6)"#),
    ("project.key", "project has no value here (at character 1)"),
    ("task.key.name", #"a value of type string has no member "name""#),
    ("task.labels[2]", "there is no element 2 in a list of 2"),
    ("task['x']", #"there is no member "x"; "in" asks whether there is"#),
    ("1 / 0", "a whole number cannot be divided by zero (at character 3)"),
    ("1 % 0", "a whole number cannot be divided by zero"),
    ("9223372036854775807 + 1", "the result does not fit into 64 bits (at character 21)"),
    ("-(-9223372036854775807 - 1)", "does not fit"),
    ("-9223372036854775808 / -1", "does not fit"), ("0u - 1u", "does not fit"),
    ("1 + 'a'", "+ is not defined for int and string"),
    ("1u + 1", "+ is not defined for uint and int"), ("'a' < 1", "< is not defined for string and int"),
    ("!1", "! is not defined for int"),
    ("1 && true", "&& is not defined for int"), ("1 ? 2 : 3", "?: is not defined for int"),
    ("{[]: 1}", "a value of type list cannot be a key"),
    ("{'a': 1, 'a': 2}", #"the key "a" comes twice"#), ("int('x')", #""x" cannot be read as int"#),
    ("int(1e30)", "a value of type double cannot be converted to int"),
    ("timestamp('yesterday')", #""yesterday" cannot be read as timestamp"#),
    ("duration('1y')", #""1y" cannot be read as duration"#),
    ("now + duration('300000000h')", "10,000 years"), ("timestamp(9223372036854775807)", "years 1 to 9999"),
    ("now.getHours('Mars/Olympus')", #"there is no time zone "Mars/Olympus""#),
    ("'a'.matches('(')", #"the pattern "(" is not valid: "(" is not closed"#),
    ("string([1])", "a value of type list cannot be converted to string"),
    ("now.getHours(1)", "getHours is not defined for timestamp"),
  ])
  func tellsWhatWentWrong(text: String, message: String) {
    let error = #expect(throws: ExpressionError.self) { try Self.evaluate(text) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test func refusesWhatIsTooDeepOrTooLong() throws {
    let deep = String(repeating: "(", count: 1000) + "1" + String(repeating: ")", count: 1000)
    let lists = String(repeating: "[", count: 1000)
    let chain = Array(repeating: "1", count: 1000).joined(separator: "+")
    for text in [deep, lists, chain, "'" + String(repeating: "a", count: 20_000) + "'"] {
      #expect(throws: ExpressionError.self) { try Self.evaluate(text) }
    }
    #expect(try Self.evaluate(Array(repeating: "1", count: 200).joined(separator: "+")) == .int(200))
    #expect(try Self.evaluate(String(repeating: "!", count: 5000) + "true") == .bool(true))
  }

  @Test func endsWhatTakesTooMuchWork() throws {
    let elements = Array(repeating: "1", count: 7000).joined(separator: ",")
    let variables: [String: CELValue] = [
      "l": .list(Array(repeating: .int(1), count: 50_000)), "s": .string(String(repeating: "a", count: 1 << 20)),
    ]
    let lists = try Expression("l == l && l == l && l == l", variables: ["l"])
    let error = #expect(throws: ExpressionError.self) { try lists.value(variables) }
    #expect(error?.message == "the expression takes more than 100000 steps")
    #expect(throws: ExpressionError.self) { try Expression("s + s", variables: ["s"]).value(variables) }
    #expect(throws: ExpressionError.self) { try Expression("s.matches('(a*)*b')", variables: ["s"]).value(variables) }
    #expect(try Expression("size([\(elements)])", variables: []).value([:]) == .int(7000))
  }
}
