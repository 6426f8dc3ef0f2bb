/// One schema or subschema, compiled.
///
/// Keywords are grouped by the type they speak of, so that a value meets only those of its own type.
final class SchemaNode: Sendable {
  let types: TypeSet
  let choices: Choices?
  let numbers: NumberRules?
  let strings: StringRules?
  let arrays: ArrayRules?
  let objects: ObjectRules?
  let composition: Composition?

  /// The index of what `$ref` leads to, in ``Schema/definitions``.
  let reference: Int?

  init(
    types: TypeSet = .all, choices: Choices? = nil, numbers: NumberRules? = nil, strings: StringRules? = nil,
    arrays: ArrayRules? = nil, objects: ObjectRules? = nil, composition: Composition? = nil, reference: Int? = nil
  ) {
    self.types = types
    self.choices = choices
    self.numbers = numbers
    self.strings = strings
    self.arrays = arrays
    self.objects = objects
    self.composition = composition
    self.reference = reference
  }

  /// The schema `true`.
  static let anything = SchemaNode()

  /// The schema `false`.
  static let nothing = SchemaNode(types: [])

  /// `enum` and `const`.
  final class Choices: Sendable {
    let all: [JSON]
    let strings: KeyTable
    let others: [JSON]

    init(_ all: [JSON]) {
      self.all = all
      strings = KeyTable(all.compactMap(\.string))
      others = all.filter { $0.kind != .string }
    }
  }

  final class NumberRules: Sendable {
    let minimum: Number?
    let maximum: Number?
    let exclusiveMinimum: Number?
    let exclusiveMaximum: Number?
    let multipleOf: Number?

    init(minimum: Number?, maximum: Number?, exclusiveMinimum: Number?, exclusiveMaximum: Number?, multipleOf: Number?)
    {
      self.minimum = minimum
      self.maximum = maximum
      self.exclusiveMinimum = exclusiveMinimum
      self.exclusiveMaximum = exclusiveMaximum
      self.multipleOf = multipleOf
    }
  }

  final class StringRules: Sendable {
    let length: Bounds
    let pattern: Pattern?
    /// What a string of the pattern is, as the end of "must …".
    let meaning: String?
    let format: StringFormat?

    init(length: Bounds, pattern: Pattern?, meaning: String?, format: StringFormat?) {
      self.length = length
      self.pattern = pattern
      self.meaning = meaning
      self.format = format
    }
  }

  final class ArrayRules: Sendable {
    let count: Bounds
    let unique: Bool
    let prefix: [SchemaNode]
    let items: SchemaNode?

    init(count: Bounds, unique: Bool, prefix: [SchemaNode], items: SchemaNode?) {
      self.count = count
      self.unique = unique
      self.prefix = prefix
      self.items = items
    }
  }

  final class ObjectRules: Sendable {
    let count: Bounds

    /// The names in `properties`, and by their positions the schemas.
    let keys: KeyTable
    let properties: [SchemaNode]

    /// `required`, in its order.
    let required: [String]

    /// The required ones among the first 64 of `keys`, as bits, and whether these are all that are required.
    let requiredMask: UInt64
    let maskHoldsAllRequired: Bool

    let patterns: [(pattern: Pattern, node: SchemaNode)]
    let additional: SchemaNode?

    init(
      count: Bounds, properties: [(key: String, value: SchemaNode)], required: [String],
      patterns: [(pattern: Pattern, node: SchemaNode)], additional: SchemaNode?
    ) {
      self.count = count
      let keys = KeyTable(properties.map(\.key))
      var nodes = [SchemaNode](repeating: .anything, count: keys.count)
      for (key, node) in properties {
        if let position = keys.position(of: key) { nodes[position] = node }
      }
      self.keys = keys
      self.properties = nodes
      self.required = required
      let bits: [UInt64] = required.map {
        keys.position(of: $0).map { $0 < UInt64.bitWidth ? 1 << UInt64($0) : 0 } ?? 0
      }
      requiredMask = bits.reduce(0, |)
      maskHoldsAllRequired = !bits.contains(0)
      self.patterns = patterns
      self.additional = additional
    }
  }

  final class Composition: Sendable {
    let allOf: [SchemaNode]
    let anyOf: [SchemaNode]
    let oneOf: [SchemaNode]
    let not: SchemaNode?
    let condition: SchemaNode?
    let then: SchemaNode?
    let otherwise: SchemaNode?

    init(
      allOf: [SchemaNode], anyOf: [SchemaNode], oneOf: [SchemaNode], not: SchemaNode?, condition: SchemaNode?,
      then: SchemaNode?, otherwise: SchemaNode?
    ) {
      self.allOf = allOf
      self.anyOf = anyOf
      self.oneOf = oneOf
      self.not = not
      self.condition = condition
      self.then = then
      self.otherwise = otherwise
    }

    /// All schemas that see the same value.
    var all: [SchemaNode] { allOf + anyOf + oneOf + [not, condition, then, otherwise].compactMap(\.self) }
  }
}

/// The least and the greatest number of something.
struct Bounds: Sendable, Equatable {
  var least = 0
  var most = Int.max
}
