/// The keys of one section (`host`, or a plugin's) that its schema marks with `"x-runtime": true`: they may change while
/// the host runs. A mark on an object holds for all below it.
struct RuntimeKeys {
  /// How messages name the section: `host`, `plugins.http`.
  let path: String
  let schema: JSON

  /// A place at which two settings differ.
  struct Difference: Equatable {
    let key: String
    let isRuntime: Bool
  }

  /// Where two settings differ, in order.
  func differences(from old: JSON?, to new: JSON?) -> [Difference] {
    differences(old, new, schema, isRuntime: false, at: path)
  }

  private func differences(
    _ old: JSON?, _ new: JSON?, _ schema: JSON, isRuntime: Bool, at path: String
  ) -> [Difference] {
    if old == new { return [] }
    let schema = schema.resolved(in: self.schema)
    let isRuntime = isRuntime || schema["x-runtime"]?.bool == true
    let keys = RuntimeKeys.members(old, new)
    // An empty object in place of nothing says nothing, but where it is itself a value.
    guard let keys, !keys.isEmpty || !isRuntime else { return [Difference(key: path, isRuntime: isRuntime)] }
    return keys.flatMap { key in
      differences(old?[key], new?[key], schema.member(key), isRuntime: isRuntime, at: "\(path).\(key)")
    }
  }

  /// The old settings with the values that the marked keys have in the new ones.
  func taken(from new: JSON?, into old: JSON?) -> JSON? { taken(new, old, schema) }

  private func taken(_ new: JSON?, _ old: JSON?, _ schema: JSON) -> JSON? {
    let schema = schema.resolved(in: self.schema)
    if schema["x-runtime"]?.bool == true { return new }
    guard let keys = RuntimeKeys.members(old, new) else { return old }
    var members = old?.object ?? [:]
    for key in keys { members[key] = taken(new?[key], old?[key], schema.member(key)) }
    return members.isEmpty && old == nil ? nil : .object(members)
  }

  /// The keys of two objects, of which one may be absent; nil for anything else.
  private static func members(_ one: JSON?, _ other: JSON?) -> [String]? {
    guard one?.kind ?? .object == .object, other?.kind ?? .object == .object else { return nil }
    let first = one?.object ?? [:]
    return first.keys + (other?.object ?? [:]).keys.filter { first[$0] == nil }
  }
}
