import PluginKit

/// What a workflow does and when: read from JSON, every expression in it checked.
struct Definition: Sendable {
  let name: String
  let description: String
  let triggers: [Trigger]
  /// Must hold for a run to start; nil when any trigger is enough.
  let condition: Expression?
  let stages: [Stage]
  /// What is done when a stage has failed.
  let onFailure: [Action]
  /// How long a run may take.
  let timeoutSeconds: Int64
  /// What it was read from, without what the reader filled in.
  let fields: Fields

  /// The actions of all stages, in their order.
  var actions: [Action] { stages.flatMap(\.actions) }

  /// The members of a definition, in the order in which they are written.
  static let members = [
    "name", "description", "triggers", "condition", "stages", "onFailure", "timeoutSeconds",
  ]

  /// What the condition of a workflow may speak of.
  static let conditionVariables: Set<String> = ["event", "before", "after", "task", "project", "now"]
  /// What conditions and templates of stages and actions may speak of.
  static let actionVariables = conditionVariables.union(["steps", "run"])
  /// What those of `onFailure` may.
  static let failureVariables = actionVariables.union(["error"])
}

/// Actions that follow each other. A stage fails with the first of them that does.
struct Stage: Sendable {
  let name: String
  /// The stage is skipped unless it holds.
  let condition: Expression?
  let actions: [Action]
  /// How long all of it may take; nil for as long as the run.
  let timeoutSeconds: Int64?
}

/// One thing that is done.
struct Action: Sendable {
  /// What is done.
  enum Kind: String, Sendable, CaseIterable {
    case createTask, updateTask, assign, notify, runCommand, call
  }

  /// How a failed action is tried again: after `delay`, then each time `factor` times as long, up to `maximum`.
  struct Retries: Sendable {
    var limit: Int64 = 0
    var delaySeconds = 1.0
    var factor = 2.0
    var maximumSeconds = 60.0

    /// Milliseconds before the attempt that follows so many.
    func delay(after attempts: Int64) -> Int {
      var seconds = delaySeconds
      for _ in 1..<max(attempts, 1) where seconds < maximumSeconds { seconds *= factor }
      return Int(min(seconds, maximumSeconds) * 1000)
    }
  }

  let name: String
  let kind: Kind
  let condition: Expression?
  /// The parameters, in which strings are templates.
  let parameters: Parameters
  let retries: Retries
  let timeoutSeconds: Int64
  /// Doing it twice does no harm: it may be repeated when the host stopped in the middle of it.
  let isIdempotent: Bool
  /// The run goes on when it fails.
  let continuesOnFailure: Bool
}

/// A JSON value whose strings are templates.
indirect enum Parameters: Sendable {
  case value(Value)
  case template(Template)
  case array([Parameters])
  case object([(name: String, value: Parameters)])

  /// With the expressions filled in.
  func filled(_ variables: [String: CELValue]) throws(ExpressionError) -> Value {
    switch self {
    case .value(let value): return value
    case .template(let template): return try template.value(variables)
    case .array(let elements):
      var values: [Value] = []
      for element in elements { values.append(try element.filled(variables)) }
      return .array(values)
    case .object(let members):
      var fields = Fields()
      for member in members { fields[member.name] = try member.value.filled(variables) }
      return .object(fields)
    }
  }
}
