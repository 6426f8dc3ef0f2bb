/// Takes secrets out of a configuration before somebody sees it: what its schema marks as `writeOnly`, and texts whose
/// key speaks of a token, a secret or a password.
enum Redaction {
  static let mark = JSON.string("[redacted]")

  static func redacted(_ value: JSON, schema: JSON?) -> JSON { redacted(value, schema ?? [:], root: schema ?? [:]) }

  private static func redacted(_ value: JSON, _ schema: JSON, root: JSON) -> JSON {
    let schema = schema.resolved(in: root)
    if schema["writeOnly"]?.bool == true { return mark }
    switch value {
    case .array(let elements):
      return .array(elements.map { redacted($0, schema["items"] ?? [:], root: root) })
    case .object(var members):
      for (key, value) in members {
        members[key] = isSecret(key) ? withoutTexts(value) : redacted(value, schema.member(key), root: root)
      }
      return .object(members)
    default: return value
    }
  }

  private static func isSecret(_ key: String) -> Bool {
    let key = key.lowercased()
    return ["token", "secret", "password"].contains { key.contains($0) }
  }

  /// Numbers and switches (`tokenLifetime`) are no secrets.
  private static func withoutTexts(_ value: JSON) -> JSON {
    switch value {
    case .string: mark
    case .array(let elements): .array(elements.map(withoutTexts))
    case .object(let members): .object(JSONObject(members.map { ($0.key, withoutTexts($0.value)) }))
    default: value
    }
  }
}
