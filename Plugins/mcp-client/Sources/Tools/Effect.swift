import PluginKit

/// What calling a tool may do.
enum Effect: String, CaseIterable {
  case read, write, destructive, admin

  /// What the server hints. Who hints nothing is taken for destructive.
  init(hints: Value?) {
    if hints?.object?["readOnlyHint"]?.bool == true {
      self = .read
    } else if hints?.object?["destructiveHint"]?.bool == false {
      self = .write
    } else {
      self = .destructive
    }
  }

  var traits: Traits {
    switch self {
    case .read: .read
    case .write: .write
    case .destructive, .admin: .destructive
    }
  }

  var permission: String? { self == .admin ? "admin" : nil }
}
