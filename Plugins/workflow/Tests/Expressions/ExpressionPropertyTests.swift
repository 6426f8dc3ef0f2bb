import PluginData
import PluginTesting
import Testing

@testable import WorkflowPlugin

@Suite struct ExpressionPropertyTests {
  /// An expression of whole numbers and truths together with the value that it must have; nil is an error.
  private struct Sample {
    let text: String
    let value: Int64?
  }

  private struct Truth {
    let text: String
    let value: Bool?
  }

  private static func number(_ depth: Int, _ random: inout SeededGenerator) -> Sample {
    guard depth > 0, Int.random(in: 0..<4, using: &random) > 0 else {
      let value = Int64.random(in: 0...20, using: &random)
      return Sample(text: String(value), value: value)
    }
    if Int.random(in: 0..<5, using: &random) == 0 {
      let condition = truth(depth - 1, &random)
      let (yes, no) = (number(depth - 1, &random), number(depth - 1, &random))
      return Sample(
        text: "(\(condition.text) ? \(yes.text) : \(no.text))",
        value: condition.value.flatMap { $0 ? yes.value : no.value })
    }
    let (left, right) = (number(depth - 1, &random), number(depth - 1, &random))
    let symbol = ["+", "-", "*", "/", "%"].randomElement(using: &random) ?? "+"
    let both = left.value.flatMap { left in right.value.map { (left, $0) } }
    let value = both.flatMap { left, right -> Int64? in
      let (value, overflows): (Int64, Bool) =
        switch symbol {
        case "+": left.addingReportingOverflow(right)
        case "-": left.subtractingReportingOverflow(right)
        case "*": left.multipliedReportingOverflow(by: right)
        case "/": left.dividedReportingOverflow(by: right)
        default: left.remainderReportingOverflow(dividingBy: right)
        }
      return overflows ? nil : value
    }
    return Sample(text: "(\(left.text) \(symbol) \(right.text))", value: value)
  }

  private static func truth(_ depth: Int, _ random: inout SeededGenerator) -> Truth {
    switch depth > 0 ? Int.random(in: 0..<5, using: &random) : 4 {
    case 0:
      let inner = truth(depth - 1, &random)
      return Truth(text: "!(\(inner.text))", value: inner.value.map { !$0 })
    case 1, 2:
      let (left, right) = (truth(depth - 1, &random), truth(depth - 1, &random))
      let decides = Bool.random(using: &random)
      // An error on one side does not matter when the other side decides.
      let value: Bool? =
        left.value == decides || right.value == decides
        ? decides : left.value == nil || right.value == nil ? nil : !decides
      return Truth(text: "(\(left.text) \(decides ? "||" : "&&") \(right.text))", value: value)
    case 3:
      let (left, right) = (number(depth - 1, &random), number(depth - 1, &random))
      let value = left.value.flatMap { left in right.value.map { left < $0 } }
      return Truth(text: "\(left.text) < \(right.text)", value: value)
    default:
      let value = Bool.random(using: &random)
      return Truth(text: String(value), value: value)
    }
  }

  @Test(arguments: SeededGenerator.seeds(20)) func agreesWithAModel(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let sample = Self.truth(5, &random)
      let expression = try Expression(sample.text, variables: [])
      #expect((try? expression.holds([:])) == sample.value, "seed \(seed): \(sample.text)")
      let sum = Self.number(5, &random)
      let found = try? Expression(sum.text, variables: []).value([:])
      #expect(found == sum.value.map(CELValue.int), "seed \(seed): \(sum.text)")
    }
  }

  /// Anything may be typed: it is an expression or an error with a place inside of the text, and evaluating ends.
  @Test(arguments: SeededGenerator.seeds(20)) func survivesAnyText(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let words = [
      "task", ".", "key", "(", ")", "[", "]", "{", "}", "1", "2u", "0x", "'a'", "\"", "'", "b'\\x'", "+", "-", "*", "/",
      "%", "!", "==", "<", "&&",
      "||", "?", ":", ",", "in", "has", "size", "matches", "timestamp", "duration", "now", "getHours", "null", "true",
      "é", "\u{0}", "\\", "$", "'''",
      "9223372036854775807", "1e308", "r'", "//", "\n", " ",
    ]
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 1...30, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
        .joined()
      do throws(ExpressionError) {
        let expression = try Expression(text, variables: Set(ExpressionTests.variables.keys))
        _ = try? expression.value(ExpressionTests.variables)
      } catch {
        #expect((0...text.utf8.count).contains(error.offset), "seed \(seed): \(text)")
      }
      _ = try? Template(text + "${" + text + "}", variables: ["task", "now"]).value(ExpressionTests.variables)
    }
  }

  @Test(arguments: SeededGenerator.seeds(10)) func ordersNumbersAsMathematicsDoes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let edges: [Int64] = [.min, .max, 0, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1]
    func number() -> (CELValue, Doubled) {
      let whole = edges.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<3, using: &random) {
      case 0: return (.int(whole), Doubled(whole))
      case 1: return (.uint(UInt64(bitPattern: whole)), Doubled(UInt64(bitPattern: whole)))
      default:
        let double = Double(whole) + Double(Int.random(in: -1...1, using: &random)) / 2
        return (.double(double), Doubled(double))
      }
    }
    for _ in 0..<500 {
      let (left, exactLeft) = number()
      let (right, exactRight) = number()
      #expect(left.order(right) == CELValue.Order(exactLeft, exactRight), "seed \(seed): \(left) \(right)")
    }
  }

  /// Twice a number, exactly: enough for halves of 64-bit numbers.
  private struct Doubled: Comparable {
    let twice: Int128
    init(_ value: Int64) { twice = Int128(value) * 2 }
    init(_ value: UInt64) { twice = Int128(value) * 2 }
    init(_ value: Double) { twice = Int128(value * 2) }
    static func < (left: Self, right: Self) -> Bool { left.twice < right.twice }
  }
}
