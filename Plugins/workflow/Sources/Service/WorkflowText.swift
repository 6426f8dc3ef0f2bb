import PluginKit

/// Schemas of the service `workflows`, and what several of its methods share.
enum WorkflowText {
  static let name = #"""
    {"pattern":"^[a-z_][a-z0-9_-]*$","maxLength":64,
     "x-must":"be small letters, digits, _ and - that begin with a letter or _, such as nightly-report"}
    """#

  static let trigger = #"""
    {"type":"object","additionalProperties":false,"required":["type"],"properties":{
      "type":{"enum":["event","status","schedule","manual","checkpoint"]},
      "topic":{"type":"string","description":"Of event: a topic or pattern, such as task:*"},
      "from":{"description":"Of status: the statuses before, any when absent"},
      "to":{"description":"Of status: the statuses after, any when absent"},
      "cron":{"type":"string","description":"Of schedule: minute hour day month weekday"},
      "timeZone":{"type":"string","description":"Of schedule: an IANA zone; that of the project when absent"},
      "project":{"type":"string","description":"Of status and schedule: the id or key of a project"},
      "catchUp":{"type":"boolean","description":"Of schedule: a missed time runs once, late"},
      "checkpoint":{"type":"string","description":"Of checkpoint: its name, any when absent"}}}
    """#

  static let action = #"""
    {"type":"object","additionalProperties":false,"required":["name","action"],"properties":{
      "name":{"type":"string","maxLength":64},
      "action":{"enum":["createTask","updateTask","assign","notify","runCommand","call"]},
      "if":{"type":"string"},
      "with":{"type":"object"},
      "retries":{"type":"object","additionalProperties":false,"properties":{
        "limit":{"type":"integer","minimum":0,"maximum":20},
        "delaySeconds":{"type":"number","minimum":0,"maximum":3600},
        "factor":{"type":"number","minimum":1,"maximum":10},
        "maximumSeconds":{"type":"number","minimum":0,"maximum":3600}}},
      "timeoutSeconds":{"type":"integer","minimum":1,"maximum":86400},
      "idempotent":{"type":"boolean"},
      "continueOnFailure":{"type":"boolean"}}}
    """#

  static let triggers = #"{"type":"array","maxItems":20,"items":\#(trigger)}"#

  static let actions = #"{"type":"array","maxItems":50,"items":\#(action)}"#

  static let stages = #"""
    {"type":"array","minItems":1,"maxItems":20,"items":{
      "type":"object","additionalProperties":false,"required":["name","actions"],"properties":{
        "name":{"type":"string","maxLength":64},
        "if":{"type":"string"},
        "actions":\#(actions),
        "timeoutSeconds":{"type":"integer","minimum":1,"maximum":604800}}}}
    """#

  /// A schema that also allows null, for a field that a merge patch may remove.
  static func orNull(_ schema: String) -> String { #"{"anyOf":[\#(schema),{"type":"null"}]}"# }

  static let workflow = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"name":{"type":"string"},"description":{"type":"string"},
      "triggers":{"type":"array","items":{"type":"object"}},"condition":{"type":"string"},
      "stages":{"type":"array","items":{"type":"object"}},"onFailure":{"type":"array","items":{"type":"object"}},
      "timeoutSeconds":{"type":"integer"},"enabled":{"type":"boolean"},"enabledBy":{"type":"string"},
      "enabledAt":{"type":"string","format":"date-time"},"runCount":{"type":"integer"},
      "lastTriggeredAt":{"type":"string","format":"date-time"},"conditionError":{"type":"object"},
      "createdAt":{"type":"string","format":"date-time"},"updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","name","triggers","stages","enabled","runCount","createdAt","updatedAt","revision"]}
    """#

  static let run = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"workflow":{"type":"string","format":"uuid"},"name":{"type":"string"},
      "definition":{"type":"integer"},"status":{"enum":["running","completed","failed","cancelled"]},
      "trigger":{"type":"object"},"depth":{"type":"integer"},"actor":{"type":"string"},
      "startedAt":{"type":"string","format":"date-time"},"endedAt":{"type":"string","format":"date-time"},
      "error":{"type":"object"},"steps":{"type":"array","items":{"type":"object"}},"event":{"type":"object"}},
     "required":["id","workflow","name","definition","status","trigger","depth","actor","startedAt","steps","event"]}
    """#

  static func page(of item: String) -> String {
    #"{"type":"object","properties":{"items":{"type":"array","items":\#(item)},"next":{"type":["string","null"]}},"#
      + #""required":["items","next"]}"#
  }

  static let rehearsal = #"""
    {"type":"object","properties":{
      "trigger":{"type":["integer","null"]},"condition":{"type":["boolean","null"]},"error":{"type":"string"},
      "stages":{"type":"array","items":{"type":"object"}}},
     "required":["trigger","condition","stages"]}
    """#

  // MARK: Parameters

  static let id = Parameter.string("id", "The id or the name of the workflow", schema: #"{"maxLength":100}"#)

  static let runID = Parameter.string("id", "The id of the run", schema: #"{"maxLength":100}"#)

  static let revision = Parameter.int(
    "revision", "The revision that the change was made for; another one is refused", optional: true)

  static let reason = Parameter.string(
    "reason", "Why: events and the run tell it", optional: true, schema: #"{"minLength":1,"maxLength":2000}"#)

  static let idempotencyKey = Parameter.string(
    "idempotencyKey", "Repeating the call with this key within 24 hours changes nothing a second time",
    optional: true, schema: #"{"minLength":1,"maxLength":200}"#)

  static let limit = Parameter.int(
    "limit", "The most of a page", defaultValue: 50, schema: #"{"minimum":1,"maximum":500}"#)

  static let cursor = Parameter.string("cursor", "The next of the page before", optional: true)

  /// - Parameter isPatch: Each may be left out, and what need not be there may be null.
  static func fields(isPatch: Bool) -> [Parameter] {
    func json(_ name: String, _ doc: String, _ schema: String) -> Parameter {
      .json(name, doc, optional: true, schema: orNull(schema))
    }
    return [
      .string("name", "What it is called", optional: isPatch, schema: name),
      .string("description", "What it is for", optional: true, schema: #"{"maxLength":2000}"#),
      isPatch
        ? json("triggers", "What starts it", triggers) : .json("triggers", "What starts it", schema: triggers),
      .string("condition", "An expression that must hold for a run to start", optional: true),
      isPatch
        ? json("stages", "What it does, in this order", stages)
        : .json("stages", "What it does, in this order", schema: stages),
      json("onFailure", "What it does when a stage has failed", actions),
      .int(
        "timeoutSeconds", "How long a run may take; 3600 when left out", optional: true,
        schema: #"{"minimum":1,"maximum":604800}"#),
      .bool("enabled", isPatch ? "Whether it runs" : "Whether it runs at once", optional: true),
    ]
  }
}
