extension JSON {
  /// JSON text with one member or element on a line, indented by two spaces.
  public var spread: String { spread(indent: "") }

  /// - Parameters:
  ///   - indent: What its lines but the first begin with.
  ///   - unit: What each level adds to that.
  public func spread(indent: String, unit: String = "  ") -> String {
    let inner = indent + unit
    switch self {
    case .array(let elements) where !elements.isEmpty:
      return "[\n" + elements.map { inner + $0.spread(indent: inner, unit: unit) }.joined(separator: ",\n")
        + "\n\(indent)]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { inner + JSON.string($0.key).text + ": " + $0.value.spread(indent: inner, unit: unit) }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    default: return text
    }
  }
}
