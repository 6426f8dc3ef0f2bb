public import PluginData

extension Value {
  /// A value of few names, so that patches meet what they patch.
  public static func random(_ random: inout SeededGenerator, depth: Int = 3) -> Value {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
    case 0: return .null
    case 1: return .int(.random(in: 0...3, using: &random))
    case 2: return .string(["", "x", "y"].randomElement(using: &random) ?? "")
    case 3: return .bool(.random(using: &random))
    case 4: return .array((0..<2).map { _ in .random(&random, depth: depth - 1) })
    default:
      var fields = Fields()
      for name in ["a", "b", "c"] where Bool.random(using: &random) {
        fields[name] = .random(&random, depth: depth - 1)
      }
      return .object(fields)
    }
  }
}
