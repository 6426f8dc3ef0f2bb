import PluginKit

/// What differs between two states of an entity, field by field.
struct Changes: Sendable, Equatable {
  struct Change: Sendable, Equatable {
    let field: String
    /// Null when the field was not there.
    let old: Value
    /// Null when the field is gone.
    let new: Value
  }

  /// In the order of the new state; what is gone comes last.
  let list: [Change]

  /// - Parameter bookkeeping: Fields that say nothing about what somebody did.
  init(from old: Fields, to new: Fields, ignoring bookkeeping: Set<String> = []) {
    var list: [Change] = []
    for (name, value) in new.members where !bookkeeping.contains(name) {
      let before = old[name] ?? .null
      if before != value { list.append(Change(field: name, old: before, new: value)) }
    }
    for (name, value) in old.members where new[name] == nil && value != .null && !bookkeeping.contains(name) {
      list.append(Change(field: name, old: value, new: .null))
    }
    self.list = list
  }

  var isEmpty: Bool { list.isEmpty }
}

extension JSONWriter {
  /// Writes `{"status":["todo","done"]}`.
  mutating func changes(_ changes: Changes) {
    beginObject()
    for change in changes.list {
      key(change.field)
      beginArray()
      value(change.old)
      value(change.new)
      endArray()
    }
    endObject()
  }
}
