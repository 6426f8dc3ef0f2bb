extension Parameter {
  /// The parameter as a member of a JSON Schema's `properties`: `"title":{…}`.
  ///
  /// For methods that take the same values once more inside of an object.
  public var property: String {
    let type: String? =
      switch Character(UnicodeScalar(self.type)) {
      case "s", "y": "string"
      case "i": "integer"
      case "d": "number"
      case "b": "boolean"
      default: nil
      }
    let parts = [type.map { #"{"type":"\#($0)"}"# }, schema].compactMap(\.self)
    return #""\#(name)":{"allOf":[\#(parts.isEmpty ? "{}" : parts.joined(separator: ","))]}"#
  }

  /// The same, also allowing null, which removes the value in a merge patch (RFC 7396).
  public var nullableProperty: String {
    let colon = property.firstIndex(of: ":") ?? property.endIndex
    return #"\#(property[..<colon]):{"anyOf":[{"type":"null"},\#(property[property.index(after: colon)...])]}"#
  }
}
