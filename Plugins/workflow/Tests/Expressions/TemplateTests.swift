import PluginData
import Testing

@testable import WorkflowPlugin

@Suite struct TemplateTests {
  static let cases: [(String, Value)] = [
    ("plain", "plain"), ("${ task.key }", "ORC-1"), ("${task.progress}", 40), ("${ task.labels }", ["api", "release"]),
    ("Finish ${ task.key }, ${ task.progress } % done", "Finish ORC-1, 40 % done"),
    ("${ task.labels } ${ null }", #"["api","release"] null"#),
    ("$${ task.key } costs $5", "${ task.key } costs $5"), ("${ {'a': '}'}['a'] }!", "}!"),
    ("${ now }", "2026-01-31T09:00:00.000Z"),
    ("${ duration('90s') }", "90s"), ("${ b'hello' }", "aGVsbG8="), ("", ""), ("${ {1: [2u]} }", ["1": [2]]),
  ]

  @Test(arguments: cases)
  func fillsIn(text: String, value: Value) throws {
    #expect(try Template(text, variables: ["task", "now"]).value(ExpressionTests.variables) == value)
  }

  @Test(arguments: ["${", "${ }", "${ task.key", "a ${ nobody } b", "${ 'a' 'b' }"]) func refusesWhatIsNoTemplate(
    text: String
  ) {
    #expect(throws: ExpressionError.self) { try Template(text, variables: ["task"]) }
  }

  @Test func refusesNumbersThatJSONCannotExpress() throws {
    let template = try Template("${ 1.0 / 0.0 }", variables: [])
    #expect(throws: ExpressionError.self) { try template.value([:]) }
  }

  @Test(arguments: [[], [1], [1, 2], [1, 2, 3], [0xff, 0xfe, 0xfd, 0xfc]] as [[UInt8]]) func writesBytesAsBase64(
    bytes: [UInt8]
  ) {
    let expected = ["", "AQ==", "AQI=", "AQID", "//79/A=="]
    #expect(CELValue.bytes(bytes).json?.string.map(expected.contains) == true)
  }
}
