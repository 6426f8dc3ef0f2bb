/// Merge patches (RFC 7396): an object says which members get a new value, and with `null` which go away.
public enum MergePatch {
  /// The target after the patch. A patch that is no object takes the target's place.
  public static func apply(_ patch: Value, to target: Value) -> Value {
    guard case .object(let patch) = patch else { return patch }
    return .object(apply(patch, to: target.object ?? Fields()))
  }

  public static func apply(_ patch: Fields, to target: Fields) -> Fields {
    var result = target
    for (name, value) in patch.members {
      result[name] = value == .null ? nil : apply(value, to: result[name] ?? .null)
    }
    return result
  }
}
