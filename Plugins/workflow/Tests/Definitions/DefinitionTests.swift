import PluginKit
import Testing

@testable import WorkflowPlugin

@Suite struct DefinitionTests {
  private static let action: Value = ["name": "a", "action": "notify", "with": ["message": "${ task.key }"]]

  /// A definition that is right but for what is put into it.
  private static func fields(_ change: (inout Fields) -> Void) -> Fields {
    var fields: Fields = [
      "name": "sample", "triggers": [["type": "manual"]], "stages": [["name": "one", "actions": [action]]],
    ]
    change(&fields)
    return fields
  }

  private static func action(_ members: Fields) -> Value {
    [["name": "one", "actions": [.object(members)]]]
  }

  @Test func readsAWholeDefinition() throws {
    let definition = try Definition(
      Self.fields {
        $0["description"] = "Does much"
        $0["triggers"] = [
          ["type": "event", "topic": "task:*"], ["type": "status", "from": "todo", "to": ["done"], "project": "ORC"],
          ["type": "schedule", "cron": "@daily", "timeZone": "Europe/Berlin", "catchUp": true], ["type": "checkpoint"],
        ]
        $0["condition"] = "task.priority == 'high'"
        $0["onFailure"] = [["name": "tell", "action": "notify", "with": ["message": "${ error.message }"]]]
        $0["timeoutSeconds"] = 60
      })
    #expect(definition.triggers.map(\.type) == ["event", "status", "schedule", "checkpoint"])
    #expect(definition.actions.map(\.name) == ["a"])
    #expect(definition.actions[0].timeoutSeconds == 60)
    #expect(definition.actions[0].isIdempotent == false)
    #expect(definition.timeoutSeconds == 60)
    #expect(definition.fields.names.first == "name")
  }

  @Test(arguments: [
    (fields { $0["name"] = nil }, "/name", "is missing"),
    (fields { $0["name"] = "Big" }, "/name", "must be in lower case"),
    (fields { $0["name"] = "a b" }, "/name", "must consist of letters"),
    (fields { $0["name"] = "runs" }, "/name", "means something else"),
    (fields { $0["nmae"] = "x" }, "/nmae", "is not known here"),
    (fields { $0["stages"] = [] }, "/stages", "must have at least one stage"),
    (fields { $0["triggers"] = [] }, "/triggers", "must have at least one trigger"),
    (fields { $0["triggers"] = 1 }, "/triggers", "must be a list"),
    (fields { $0["triggers"] = [["type": "never"]] }, "/triggers/0/type", "is no trigger"),
    (fields { $0["triggers"] = [["type": "event", "topic": "a b"]] }, "/triggers/0/topic", "is no topic"),
    (fields { $0["triggers"] = [["type": "status", "to": "finished"]] }, "/triggers/0/to", "must be one of these"),
    (fields { $0["triggers"] = [["type": "schedule", "cron": "* * *"]] }, "/triggers/0/cron", "five fields"),
    (
      fields { $0["triggers"] = [["type": "schedule", "cron": "@daily", "timeZone": "Mars"]] }, "/triggers/0/timeZone",
      "no IANA"
    ),
    (fields { $0["condition"] = "task.key =" }, "/condition", "is no condition"),
    (fields { $0["condition"] = "steps.a.output" }, "/condition", #"there is no variable "steps""#),
    (fields { $0["timeoutSeconds"] = 0 }, "/timeoutSeconds", "whole number from 1"),
    (fields { $0["stages"] = ["x"] }, "/stages/0", "must be an object"),
    (
      fields { $0["stages"] = [["name": "one", "actions": [action, action]]] }, "/stages/0/actions/1/name",
      "is the name of another one"
    ),
    (fields { $0["onFailure"] = [action] }, "/onFailure/0/name", "is the name of another one"),
    (fields { $0["stages"] = action(["name": "x", "action": "fly"]) }, "/stages/0/actions/0/action", "is no action"),
    (
      fields { $0["stages"] = action(["name": "x", "action": "createTask"]) }, "/stages/0/actions/0/with/title",
      "is missing"
    ),
    (
      fields { $0["stages"] = action(["name": "x", "action": "notify", "with": ["message": "${ nobody }"]]) },
      "/stages/0/actions/0/with/message", #"there is no variable "nobody""#
    ),
    (
      fields { $0["stages"] = action(["name": "x", "action": "runCommand", "with": ["argv": ["${ task.key }"]]]) },
      "/stages/0/actions/0/with/argv", "without an expression"
    ),
    (
      fields { $0["stages"] = action(["name": "x", "action": "call", "with": ["method": "${ 'tasks.list' }"]]) },
      "/stages/0/actions/0/with/method", "is no method"
    ),
    (
      fields {
        $0["stages"] = action(["name": "x", "action": "notify", "with": ["message": "m"], "retries": ["limit": 99]])
      },
      "/stages/0/actions/0/retries/limit", "whole number from 0 to 20"
    ),
  ])
  func saysWhereADefinitionIsWrong(fields: Fields, path: String, message: String) {
    let error = #expect(throws: DefinitionError.self) { try Definition(fields) }
    #expect(
      error?.problems.contains { $0.path == path && $0.message.contains(message) } == true,
      "\(String(describing: error))")
  }

  @Test func tellsAllProblemsAtOnce() throws {
    let error = #expect(throws: DefinitionError.self) {
      try Definition(["name": "A", "stages": [["name": "s", "actions": []]], "condition": "1 +"])
    }
    let failure = try #require(error?.failure)
    #expect(failure.status == .invalidArgument)
    #expect(failure.message == "the workflow is not valid: /name must be in lower case (and 2 more)")
    #expect(failure.details?.contains(#""path":"/stages/0/actions""#) == true)
  }

  @Test func readsItsOwnWorkflows() throws {
    let definitions = try BuiltIns.all.map { try Definition($0) }
    #expect(
      definitions.map(\.name) == ["progress-tracking", "status-transitions", "quality-gates", "sprint-automation"])
  }

  @Test(arguments: [(1, 1000), (2, 2000), (3, 4000), (6, 32_000), (7, 60_000), (20, 60_000)])
  func waitsLongerAfterEachAttempt(attempts: Int64, milliseconds: Int) {
    #expect(Action.Retries().delay(after: attempts) == milliseconds)
  }
}
