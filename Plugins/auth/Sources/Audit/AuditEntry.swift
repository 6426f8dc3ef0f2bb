import PluginKit

/// One thing that the audit log tells. It never holds a secret.
struct AuditEntry: Sendable, Equatable {
  /// What happened.
  enum Kind: String, CaseIterable, Sendable {
    case signedIn, signInRefused, signedOut, refused
    case userCreated, userUpdated, userDeleted, passwordChanged
    case tokenCreated, tokenRevoked, keysRotated, sessionRevoked
  }

  var kind: Kind
  /// Who did it, `kind:id`; empty where nobody knows.
  var actor = ""
  /// From where; empty for this machine's own socket.
  var address = ""
  /// Whom or what it is about.
  var subject = ""
  /// In words.
  var detail = ""

  func fields(id: String, from first: Instant, to last: Instant, count: Int) -> Fields {
    var fields: Fields = ["id": .string(id), "time": .string(first.text), "kind": .string(kind.rawValue)]
    for (name, value) in [("actor", actor), ("address", address), ("subject", subject), ("detail", detail)]
    where !value.isEmpty {
      fields[name] = .string(String(value.prefix(200)))
    }
    fields["count"] = .int(Int64(count))
    if last != first { fields["lastTime"] = .string(last.text) }
    return fields
  }

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"time":{"type":"string","format":"date-time"},
      "kind":\#(AuthText.auditKind),
      "actor":{"type":"string"},"address":{"type":"string"},"subject":{"type":"string"},"detail":{"type":"string"},
      "count":{"type":"integer"},"lastTime":{"type":"string","format":"date-time"},"revision":{"type":"integer"}},
     "required":["id","time","kind","count"]}
    """#
}

/// Refusals that are alike, counted until they are written as one.
struct AuditFold: Sendable {
  /// How many different ones are kept apart; further ones are counted together.
  static let limit = 200

  struct Folded: Sendable, Equatable {
    var entry: AuditEntry
    var first: Instant
    var last: Instant
    var count = 1
  }

  private var folded: [String: Folded] = [:]

  var isEmpty: Bool { folded.isEmpty }

  mutating func add(_ entry: AuditEntry, at now: Instant) {
    var entry = entry
    var key = "\(entry.kind) \(entry.address) \(entry.actor) \(entry.subject)"
    if folded[key] == nil, folded.count >= AuditFold.limit {
      entry = AuditEntry(kind: entry.kind, detail: "many different ones")
      key = "\(entry.kind)"
    }
    if folded[key] == nil {
      folded[key] = Folded(entry: entry, first: now, last: now)
    } else {
      folded[key]?.count += 1
      folded[key]?.last = now
    }
  }

  /// What there is, the oldest first; afterwards there is nothing.
  mutating func take() -> [Folded] {
    defer { folded.removeAll() }
    return folded.values.sorted { $0.first < $1.first }
  }
}
