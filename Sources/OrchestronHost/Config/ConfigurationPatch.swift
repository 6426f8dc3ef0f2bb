/// What somebody wants to change of a configuration: a JSON merge patch (RFC 7396), whose nulls go back to the default.
struct ConfigurationPatch {
  /// `{"host":{…},"plugins":{…}}`; each may be absent.
  let json: JSON

  /// The ids of the plugins that it speaks of.
  var plugins: [PluginID] { json["plugins"]?.object?.keys ?? [] }

  /// The keys that it sets, each as the steps that lead there.
  var keys: [[String]] { ConfigurationPatch.keys(of: json, at: []) }

  private static func keys(of value: JSON, at path: [String]) -> [[String]] {
    guard let members = value.object else { return [path] }
    return members.flatMap { keys(of: $0.value, at: path + [$0.key]) }
  }

  /// Refuses what stands in an answer in place of a secret.
  func refuseRedactions() throws(Failure) {
    for key in keys where json[path: key] == Redaction.mark {
      throw Failure(
        .invalidArgument,
        "\"\(key.joined(separator: "."))\" is \"[redacted]\", which is shown in place of a secret; leave the key out, or "
          + "write the secret itself")
    }
  }
}

extension JSON {
  /// The value at the end of a path of members, or nil.
  subscript(path steps: [String]) -> JSON? {
    var value: JSON? = self
    for step in steps { value = value?[step] }
    return value
  }

  /// This value with a merge patch applied, as RFC 7396 has it.
  func patched(by patch: JSON) -> JSON {
    guard let members = patch.object else { return patch }
    var target = object ?? [:]
    for (key, value) in members {
      target[key] = value.isNull ? nil : (target[key] ?? .null).patched(by: value)
    }
    return .object(target)
  }
}
