import PluginKit

extension Documents.Query {
  /// Whether a document matches the filters, for those that are not stored: the same answer that storage gives.
  func matches(_ fields: Fields) -> Bool {
    filters.allSatisfy { filter in
      let value = fields[filter.field] ?? .null
      switch filter.test {
      case "equal": return value == filter.value
      case "notEqual": return value != filter.value
      case "any": return filter.value.array?.contains(value) == true
      case "contains": return value.array?.contains(filter.value) == true
      case "prefix": return value.string?.hasPrefix(filter.value.string ?? "") == true
      case "exists": return (value != .null) == (filter.value.bool ?? true)
      case "less": return value.precedes(filter.value)
      case "lessOrEqual": return value == filter.value || value.precedes(filter.value)
      case "greater": return filter.value.precedes(value)
      case "greaterOrEqual": return value == filter.value || filter.value.precedes(value)
      default: return false
      }
    }
  }
}

extension Value {
  /// Whether it comes before another of its kind; what is absent comes before and after nothing.
  fileprivate func precedes(_ other: Value) -> Bool {
    if let (left, right) = both(\.string, other) { return left.utf8.lexicographicallyPrecedes(right.utf8) }
    if let (left, right) = both(\.double, other) { return left < right }
    return false
  }

  private func both<T>(_ kind: (Value) -> T?, _ other: Value) -> (T, T)? {
    guard let left = kind(self), let right = kind(other) else { return nil }
    return (left, right)
  }
}
