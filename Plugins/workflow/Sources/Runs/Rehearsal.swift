import PluginKit

/// What a workflow would do: conditions and parameters with their values, nothing done.
struct Rehearsal {
  /// `{trigger,condition,error?,stages:[{name,runs,actions:[…]}]}`.
  let fields: Fields

  init(_ definition: Definition, _ occurrence: Occurrence, project: Value) {
    var variables = occurrence.variables(project: project, now: .now)
    var fields: Fields = [
      "trigger": Rehearsal.trigger(definition, occurrence).map { .int(Int64($0)) } ?? .null, "condition": true,
    ]
    do throws(ExpressionError) {
      fields["condition"] = .bool(try definition.condition?.holds(variables) ?? true)
    } catch {
      fields["condition"] = .null
      fields["error"] = .string(error.description)
    }
    // What actions will have given, nobody knows yet.
    var steps = Fields()
    for action in definition.actions { steps[action.name] = ["status": "completed", "output": .null, "error": .null] }
    variables["steps"] = .map(.fields(steps))
    variables["run"] = .map(.fields(["name": .string(definition.name), "depth": 0]))
    fields["stages"] = .array(definition.stages.map { .object(Rehearsal.stage($0, variables)) })
    self.fields = fields
  }

  private static func trigger(_ definition: Definition, _ occurrence: Occurrence) -> Int? {
    definition.triggers.firstIndex { trigger in
      switch trigger {
      case .manual: occurrence.topic == "manual"
      case .schedule: occurrence.topic == "schedule"
      default: trigger.matches(occurrence)
      }
    }
  }

  private static func stage(_ stage: Stage, _ variables: [String: CELValue]) -> Fields {
    var fields: Fields = ["name": .string(stage.name)]
    let isRun = holds(stage.condition, variables, &fields)
    fields["runs"] = .bool(isRun)
    if isRun { fields["actions"] = .array(stage.actions.map { .object(action($0, variables)) }) }
    return fields
  }

  private static func action(_ action: Action, _ variables: [String: CELValue]) -> Fields {
    var fields: Fields = ["name": .string(action.name), "action": .string(action.kind.rawValue)]
    let isRun = holds(action.condition, variables, &fields)
    fields["runs"] = .bool(isRun)
    guard isRun else { return fields }
    do throws(ExpressionError) {
      fields["with"] = try action.parameters.filled(variables)
    } catch {
      fields["error"] = .string(error.description)
    }
    return fields
  }

  private static func holds(
    _ condition: Expression?, _ variables: [String: CELValue], _ fields: inout Fields
  ) -> Bool {
    do throws(ExpressionError) {
      return try condition?.holds(variables) ?? true
    } catch {
      fields["error"] = .string(error.description)
      return false
    }
  }
}
