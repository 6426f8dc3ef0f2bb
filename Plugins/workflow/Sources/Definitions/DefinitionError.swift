import PluginKit

/// Everything that is wrong with a definition.
struct DefinitionError: Error, Sendable, Equatable {
  struct Problem: Sendable, Equatable {
    /// A JSON pointer to the place: `/stages/0/actions/1/with/title`.
    let path: String
    let message: String
    var allowed: [String] = []
  }

  let problems: [Problem]

  /// As the answer of a call: the first problem as a sentence, all of them in the details.
  var failure: Failure {
    let first = problems.first ?? Problem(path: "", message: "is not valid")
    let rest = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    let errors = problems.map { problem -> Value in
      var fields: Fields = ["path": .string(problem.path), "message": .string(problem.message)]
      if !problem.allowed.isEmpty { fields["allowed"] = .array(problem.allowed.map(Value.string)) }
      return .object(fields)
    }
    let details: Fields = ["errors": .array(errors)]
    return Failure(
      .invalidArgument, "the workflow is not valid: \(first.path.isEmpty ? "/" : first.path) \(first.message)\(rest)",
      details: String(decoding: details.json, as: UTF8.self))
  }
}
