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

extension MergePatch {
  /// The patch that makes one object out of another, so that `apply(difference(from: old, to: new), to: old)` is `new`.
  ///
  /// No patch can set a member to null: a new object has none.
  ///
  /// - Parameter ignored: Members of the outermost object that are left out.
  public static func difference(from old: Fields, to new: Fields, ignoring ignored: Set<String> = []) -> Fields {
    var patch = Fields()
    for (name, value) in new.members where !ignored.contains(name) {
      switch (old[name], value) {
      case (.object(let before)?, .object(let after)):
        let inner = difference(from: before, to: after)
        if !inner.members.isEmpty { patch[name] = .object(inner) }
      case (let before, _):
        if before != value { patch[name] = value }
      }
    }
    for (name, _) in old.members where new[name] == nil && !ignored.contains(name) { patch[name] = .null }
    return patch
  }
}
