import PluginKit

/// The answers that operations share: problem objects by status.
enum OpenAPIAnswers {
  private static let texts: [(code: String, text: String)] = [
    ("400", "An argument is missing or wrong; errors names each."),
    ("401", "Nobody knows who asks."),
    ("403", "Who asks lacks the right."),
    ("404", "What the call is about is not there."),
    ("406", "Accept leaves out what is answered."),
    ("409", "The state does not allow it, or it conflicts with another change."),
    ("412", "The entity has another revision than If-Match says; current is the entity now."),
    ("413", "The body is too long."),
    ("414", "The path with its query is too long."),
    ("415", "The body is no JSON, or in a coding other than gzip."),
    ("429", "Too many requests of one principal or address: try again after Retry-After."),
    ("431", "The header section is too long."),
    ("500", "The plugin failed; the log of the host has the reason."),
    ("501", "What is asked for is not offered here."),
    ("503", "The plugin does not work now, or the server has too much to do."),
    ("504", "The method took too long."),
  ]

  /// The codes that an operation may answer.
  static func codes(of method: Fields, takesBody: Bool) -> [String] {
    texts.map(\.code).filter { code in
      switch code {
      case "412": (method["params"]?.array ?? []).contains { $0.object?["name"] == "revision" }
      case "413", "415": takesBody
      default: true
      }
    }
  }

  /// The headers of answers by their code: when to come back, and what is left of the limit.
  private static func headers(of code: String) -> Fields? {
    let names: [String: String] =
      switch code {
      case "429":
        [
          "Retry-After": "retryAfter", "RateLimit-Limit": "rateLimit", "RateLimit-Remaining": "rateLimitRemaining",
          "RateLimit-Reset": "rateLimitReset",
        ]
      case "503": ["Retry-After": "retryAfter"]
      default: [:]
      }
    if names.isEmpty { return nil }
    return Fields(names.sorted { $0.key < $1.key }.map { ($0.key, SharedParameters.header($0.value)) })
  }

  /// A reference to the answer with this code.
  static func reference(_ code: String) -> Value { ["$ref": .string("#/components/responses/problem\(code)")] }

  static let notModified: Value = ["$ref": "#/components/responses/notModified"]
  static let minimal: Value = ["$ref": "#/components/responses/minimal"]

  static var components: Fields {
    let others: [(String, Value)] = [
      ("notModified", ["description": "It is as the caller has it."]),
      ("minimal", ["description": "Done, as Prefer: return=minimal wants to hear it."]),
    ]
    return Fields(
      others
        + texts.map { code, text in
          var answer: Fields = ["description": .string(text)]
          if let headers = headers(of: code) { answer["headers"] = .object(headers) }
          answer["content"] = ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]]
          return ("problem\(code)", .object(answer))
        })
  }
}
