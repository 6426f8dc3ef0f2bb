import PluginKit

/// The answers that operations share: problem objects by status.
enum OpenAPIAnswers {
  private static let texts: [(code: String, text: String)] = [
    ("400", "An argument is missing or wrong; errors names each."),
    ("401", "Nobody knows who asks."),
    ("403", "Who asks lacks the right."),
    ("404", "What the call is about is not there."),
    ("409", "The state does not allow it, or it conflicts with another change."),
    ("412", "The entity has another revision than If-Match says; current is the entity now."),
    ("413", "The body is too long."),
    ("414", "The path with its query is too long."),
    ("415", "The body is no JSON, or in a coding other than gzip."),
    ("429", "Too much at once: try again after Retry-After."),
    ("431", "The header section is too long."),
    ("500", "The plugin failed; the log of the host has the reason."),
    ("501", "What is asked for is not offered here."),
    ("503", "The plugin does not work now."),
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
          (
            "problem\(code)",
            [
              "description": .string(text),
              "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ]
          )
        })
  }
}
