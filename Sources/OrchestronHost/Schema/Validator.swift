/// One validation of one value.
///
/// The first pass is silent: it allocates nothing, stops at the first fault, and for a valid value it is all there is.
/// The second pass walks the same rules, keeps the path and collects what is wrong.
struct Validator {
  private let schema: Schema
  private let base: String
  private var collecting: Bool
  private var violations: [Violation] = []

  /// Where the value at hand is; kept while collecting.
  private var path: [Step] = []

  /// How many more nodes may be visited. Alternatives that nest through references could otherwise take time
  /// exponential in the depth of the value.
  private var budget: Int

  private var depth = 0

  private static let maximumViolations = 20

  /// How deep nodes may nest: three for each level that the parser admits.
  private static let maximumDepth = 3 * JSONDocument.maximumDepth

  private enum Step {
    case key(UnsafeRawBufferPointer)
    case index(Int)
  }

  static func violations(of schema: Schema, in value: JSONElement, at base: String) -> [Violation] {
    var silent = Validator(schema: schema, value: value, base: base, collecting: false)
    if silent.check(value, schema.root), !silent.isExhausted { return [] }
    var second = Validator(schema: schema, value: value, base: base, collecting: true)
    _ = second.check(value, schema.root)
    if second.violations.isEmpty || second.isExhausted {
      second.violations.append(Violation(path: base, message: "is too deeply nested or too large for its schema"))
    }
    return second.violations
  }

  private init(schema: Schema, value: JSONElement, base: String, collecting: Bool) {
    self.schema = schema
    self.base = base
    self.collecting = collecting
    budget = 10_000 + 64 * value.words
  }

  private var isExhausted: Bool { budget < 0 }

  /// True when nothing more need be found out.
  private var isDone: Bool { violations.count >= Self.maximumViolations || isExhausted }

  // MARK: One value, one node

  /// True when the value satisfies the node.
  private mutating func check(_ value: JSONElement, _ node: SchemaNode) -> Bool {
    budget -= 1
    guard depth < Self.maximumDepth, !isExhausted else {
      budget = -1
      return false
    }
    depth += 1
    defer { depth -= 1 }

    guard node.types.contains(TypeSet(of: value)) else { return fail(Self.typeMessage(node.types, value)) }
    if let choices = node.choices, !choices.contain(value) {
      return fail(choices.message(for: value), allowed: choices.all)
    }
    var valid = true
    switch value.kind {
    case .int, .double: if let rules = node.numbers { valid = check(number: value, rules) }
    case .string: if let rules = node.strings { valid = check(string: value, rules) }
    case .array: if let rules = node.arrays { valid = check(array: value, rules) }
    case .object: if let rules = node.objects { valid = check(object: value, rules) }
    case .null, .bool: break
    }
    guard valid || collecting else { return false }
    if let reference = node.reference, !check(value, schema.definitions[reference]) {
      valid = false
      guard collecting else { return false }
    }
    if let composition = node.composition, !check(value, composition) { valid = false }
    return valid
  }

  // MARK: Numbers and strings

  private mutating func check(number value: JSONElement, _ rules: SchemaNode.NumberRules) -> Bool {
    guard let number = Number(value) else { return true }
    if let bound = rules.minimum, number < bound { return fail("must be at least \(bound.text)") }
    if let bound = rules.exclusiveMinimum, number <= bound { return fail("must be above \(bound.text)") }
    if let bound = rules.maximum, bound < number { return fail("must be at most \(bound.text)") }
    if let bound = rules.exclusiveMaximum, bound <= number { return fail("must be below \(bound.text)") }
    if let divisor = rules.multipleOf, !number.isMultiple(of: divisor) {
      return fail("must be a multiple of \(divisor.text)")
    }
    return true
  }

  private mutating func check(string value: JSONElement, _ rules: SchemaNode.StringRules) -> Bool {
    guard let bytes = value.stringBytes else { return true }
    if rules.length != Bounds() {
      // Each code point has one byte that does not begin with the bits 10.
      let length = bytes.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
      if !rules.length.contain(length) { return fail(rules.length.message("be", length, "character", "long")) }
    }
    if let pattern = rules.pattern, !pattern.matches(bytes) { return fail(rules.message(of: pattern, for: value)) }
    if let format = rules.format, !format.matches(bytes) {
      return fail("must be \(format.requirement), not \(value.excerpt)")
    }
    return true
  }

  // MARK: Arrays

  private mutating func check(array value: JSONElement, _ rules: SchemaNode.ArrayRules) -> Bool {
    var valid = true
    if !rules.count.contain(value.count) {
      valid = fail(rules.count.message("have", value.count, "item", ""))
    }
    if rules.unique, valid || collecting, !checkUnique(value) { valid = false }
    guard valid || collecting else { return false }
    guard rules.items != nil || !rules.prefix.isEmpty else { return valid }
    var index = 0
    for element in value.elements {
      if let node = index < rules.prefix.count ? rules.prefix[index] : rules.items {
        if !checkChild(element, node, .index(index)) { valid = false }
        guard valid || collecting, !isDone else { return false }
      }
      index += 1
    }
    return valid
  }

  private mutating func checkUnique(_ value: JSONElement) -> Bool {
    var positions: [JSON: Int] = [:]
    var index = 0
    for element in value.elements {
      if let twin = positions.updateValue(index, forKey: element.json) {
        return fail("must not hold one value twice, as items \(twin) and \(index) are")
      }
      index += 1
    }
    return true
  }

  // MARK: Objects

  private mutating func check(object value: JSONElement, _ rules: SchemaNode.ObjectRules) -> Bool {
    var valid = true
    if !rules.count.contain(value.count) {
      valid = fail(rules.count.message("have", value.count, "field", ""))
      guard collecting else { return false }
    }
    var seen: UInt64 = 0
    for member in value.members {
      var isKnown = false
      if let position = rules.keys.position(of: member.key) {
        isKnown = true
        if position < UInt64.bitWidth { seen |= 1 << UInt64(position) }
        if !checkChild(member.value, rules.properties[position], .key(member.key)) { valid = false }
      }
      for (pattern, node) in rules.patterns where pattern.matches(member.key) {
        isKnown = true
        if !checkChild(member.value, node, .key(member.key)) { valid = false }
      }
      if !isKnown, let additional = rules.additional, !checkAdditional(member, additional, rules) { valid = false }
      guard valid || collecting, !isDone else { return false }
    }
    if rules.maskHoldsAllRequired, rules.requiredMask & ~seen == 0 { return valid }
    for name in rules.required where value[name] == nil {
      valid = failMissing(name)
      guard collecting, !isDone else { return false }
    }
    return valid
  }

  private mutating func checkAdditional(
    _ member: JSONElement.Member, _ node: SchemaNode, _ rules: SchemaNode.ObjectRules
  ) -> Bool {
    guard node === SchemaNode.nothing else { return checkChild(member.value, node, .key(member.key)) }
    guard collecting else { return false }
    let known = rules.keys.names
    let hint =
      if let near = nearest(member.name, in: known) {
        "; did you mean \(near.quoted)?"
      } else if known.isEmpty {
        "; none is expected here"
      } else {
        "; known are \(Self.list(known.sorted().map(\.quoted)))"
      }
    path.append(.key(member.key))
    defer { path.removeLast() }
    return fail("unknown field \(member.name.quoted)\(hint)")
  }

  private mutating func failMissing(_ name: String) -> Bool {
    guard collecting else { return false }
    var name = name
    name.withUTF8 {
      path.append(.key(UnsafeRawBufferPointer($0)))
      _ = fail("is missing")
      path.removeLast()
    }
    return false
  }

  private mutating func checkChild(_ value: JSONElement, _ node: SchemaNode, _ step: Step) -> Bool {
    guard collecting else { return check(value, node) }
    path.append(step)
    defer { path.removeLast() }
    return check(value, node)
  }

  // MARK: Composition

  private mutating func check(_ value: JSONElement, _ composition: SchemaNode.Composition) -> Bool {
    var valid = true
    for node in composition.allOf where !check(value, node) {
      valid = false
      guard collecting, !isDone else { return false }
    }
    if !composition.anyOf.isEmpty, !composition.anyOf.contains(where: { test(value, $0) }) {
      valid = explain(value, composition.anyOf)
      guard collecting else { return false }
    }
    if !composition.oneOf.isEmpty {
      let matching = composition.oneOf.indices.filter { test(value, composition.oneOf[$0]) }
      if matching.isEmpty {
        valid = explain(value, composition.oneOf)
      } else if matching.count > 1 {
        valid = fail(
          "must match one of \(composition.oneOf.count) alternatives, but matches number "
            + matching.map { String($0 + 1) }.joined(separator: " and "))
      }
      guard valid || collecting else { return false }
    }
    if let node = composition.not, test(value, node) {
      valid = fail("is a value that is not allowed here")
      guard collecting else { return false }
    }
    if let condition = composition.condition,
      let consequence = test(value, condition) ? composition.then : composition.otherwise,
      !check(value, consequence)
    {
      valid = false
    }
    return valid
  }

  /// Checks without collecting.
  private mutating func test(_ value: JSONElement, _ node: SchemaNode) -> Bool {
    let wasCollecting = collecting
    collecting = false
    defer { collecting = wasCollecting }
    return check(value, node)
  }

  /// Says why none of the alternatives matches: by the one that is meant, when the type tells which, else in general.
  private mutating func explain(_ value: JSONElement, _ alternatives: [SchemaNode]) -> Bool {
    guard collecting else { return false }
    let type = TypeSet(of: value)
    let types = alternatives.map { effectiveTypes(of: $0) }
    let meant = alternatives.indices.filter { types[$0].contains(type) }
    if meant.isEmpty { return fail(Self.typeMessage(types.reduce([]) { $0.union($1) }, value)) }
    if meant.count == 1 { return check(value, alternatives[meant[0]]) }
    let choices = meant.compactMap { alternatives[$0].choices?.all }
    if choices.count == meant.count {
      let all = SchemaNode.Choices(choices.flatMap(\.self))
      return fail(all.message(for: value), allowed: all.all)
    }
    return fail("matches none of the \(alternatives.count) forms that are allowed here")
  }

  /// The types that a node accepts, seen through its references.
  private func effectiveTypes(of node: SchemaNode) -> TypeSet {
    var node = node
    var types = node.types
    while let reference = node.reference {
      node = schema.definitions[reference]
      types.formIntersection(node.types)
    }
    return types
  }

  // MARK: Violations

  /// Notes a violation while collecting. Always false, as the outcome of the check.
  private mutating func fail(_ message: @autoclosure () -> String, allowed: [JSON] = []) -> Bool {
    guard collecting, violations.count < Self.maximumViolations else { return false }
    var pointer = base
    for step in path {
      switch step {
      case .key(let key): pointer = pointer.appending(String(decoding: key, as: UTF8.self))
      case .index(let index): pointer = pointer.appending(index)
      }
    }
    let violation = Violation(path: pointer, message: message(), allowed: allowed)
    if !violations.contains(violation) { violations.append(violation) }
    return false
  }
}
