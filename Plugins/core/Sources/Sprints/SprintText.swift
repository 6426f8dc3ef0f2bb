import PluginKit

/// Parameters and schemas of the service `sprints`.
enum SprintText {
  // MARK: Parameters

  static let id = Parameter.string("id", "The id or the key, such as ORC-S3")
  static let name = HumanText.schema(maxLength: 200)

  /// The parameters for what can be set when a sprint is made and later.
  static func fields(start: String, end: String) -> [Parameter] {
    [
      .string("goal", "What it is to achieve", optional: true, schema: #"{"maxLength":10000}"#),
      .string("startDate", start, optional: true, schema: #"{"format":"date"}"#),
      .string("endDate", end, optional: true, schema: #"{"format":"date"}"#),
      .double(
        "capacity", "What the team can do, in the project's estimateUnit; computed when left out", optional: true,
        schema: #"{"minimum":0,"maximum":1000000}"#),
      .json(
        "people", "The handles of those who work on it; everybody when left out", optional: true,
        schema: HumanText.listSchema(maxLength: 200, maxItems: 200)),
    ]
  }

  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the sprint has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)

  static let tasks = Parameter.json(
    "tasks", "The ids or keys of tasks",
    schema: #"{"type":"array","items":{"type":"string","minLength":1,"maxLength":200},"#
      + #""minItems":1,"maxItems":1000,"uniqueItems":true}"#)

  static func notes(_ name: String, _ doc: String) -> Parameter {
    .json(
      name, doc, optional: true,
      schema: #"{"type":"array","items":\#(HumanText.schema(maxLength: 2000)),"maxItems":200}"#)
  }

  // MARK: Results

  private static let strings = #"{"type":"array","items":{"type":"string"}}"#
  private static let effort =
    #"{"type":"object","properties":{"hours":{"type":"number"},"points":{"type":"number"},"#
    + #""count":{"type":"number"}},"required":["hours","points","count"]}"#

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "key":{"type":"string"},
      "project":{"type":"string","format":"uuid"},
      "name":{"type":"string"},
      "goal":{"type":"string"},
      "status":\#(TaskText.schema(of: SprintItem.Status.allCases)),
      "startDate":{"type":"string","format":"date"},
      "endDate":{"type":"string","format":"date"},
      "capacity":{"type":"number"},
      "people":\#(strings),
      "activeIn":{"type":"string","description":"The project, while the sprint is the active one of it"},
      "startedAt":{"type":"string","format":"date-time"},
      "endedAt":{"type":"string","format":"date-time"},
      "committed":{"type":"array","description":"The tasks when it began, with the estimates that they had",
       "items":{"type":"object","properties":{"task":{"type":"string"},"storyPoints":{"type":"number"},
        "estimatedHours":{"type":"number"},"done":{"type":"boolean"}},"required":["task"]}},
      "completed":\#(strings),
      "carriedOver":\#(strings),
      "metrics":{"type":"object","description":"What had come of it when it ended, in each unit","properties":{
        "planned":\#(effort),"added":\#(effort),"removed":\#(effort),"reestimated":\#(effort),
        "completed":\#(effort),"carriedOver":\#(effort),"scopeChanges":{"type":"integer"}}},
      "retrospective":{"type":"object","properties":{"whatWentWell":\#(strings),"whatCouldImprove":\#(strings),
        "actionItems":\#(strings)}},
      "hidden":{"enum":["deleted"]},
      "hiddenAt":{"type":"string","format":"date-time"},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","key","project","name","status","startDate","endDate","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let schemaOrNull = #"{"anyOf":[\#(schema),{"type":"null"}]}"#

  private static let figure = #"{"type":["number","null"]}"#
  private static let unit = TaskText.schema(of: EstimateUnit.allCases)
  private static let brief = #"""
    {"type":"object","properties":{"id":{"type":"string"},"key":{"type":"string"},"name":{"type":"string"},
      "startDate":{"type":"string"},"endDate":{"type":"string"}},"required":["id","key","name","startDate","endDate"]}
    """#
  private static let scopeChanges = #"""
    {"type":"array","items":{"type":"object","properties":{"day":{"type":"string","format":"date"},
      "added":{"type":"number"},"removed":{"type":"number"},"reestimated":{"type":"number"}},
     "required":["day","added","removed","reestimated"]}}
    """#
  private static let range = #"""
    {"type":"object","description":"Values that sprints have really had: 15, 50 and 85 of 100 completed no more",
     "properties":{"p15":\#(figure),"p50":\#(figure),"p85":\#(figure),"samples":{"type":"integer"}},
     "required":["p15","p50","p85","samples"]}
    """#

  static func chart(_ line: String) -> String {
    #"""
    {"type":"object","properties":{
      "sprint":\#(brief),
      "unit":\#(unit),
      "status":\#(TaskText.schema(of: SprintItem.Status.allCases)),
      "timeZone":{"type":"string","description":"Whose midnight ends a day"},
      "start":{"type":"object","properties":{"scope":{"type":"number"},"done":{"type":"number"},
        "remaining":{"type":"number"}},"required":["scope","done","remaining"]},
      "days":{"type":"array","description":"The end of each day; null for days to come","items":{"type":"object",
        "properties":{"day":{"type":"string","format":"date"},"workday":{"type":"boolean"},"ideal":{"type":"number"},
         "\#(line)":\#(figure),"scope":\#(figure)},"required":["day","workday","ideal","\#(line)","scope"]}},
      "scopeChanges":\#(scopeChanges)},
     "required":["sprint","unit","status","timeZone","start","days","scopeChanges"]}
    """#
  }

  static let velocity = #"""
    {"type":"object","properties":{
      "project":{"type":"string"},
      "unit":\#(unit),
      "sprints":{"type":"array","items":{"type":"object","properties":{"sprint":\#(brief),"planned":{"type":"number"},
        "completed":{"type":"number"},"added":{"type":"number"},"removed":{"type":"number"},
        "carriedOver":{"type":"number"}},
        "required":["sprint","planned","completed","added","removed","carriedOver"]}},
      "range":\#(range)},
     "required":["project","unit","sprints","range"]}
    """#

  static let capacity = #"""
    {"type":"object","properties":{
      "sprint":\#(brief),
      "unit":\#(unit),
      "capacity":\#(figure),
      "source":{"enum":["given","people","project","velocity","none"]},
      "workdays":{"type":"integer"},
      "hours":{"type":"number"},
      "people":{"type":"array","items":{"type":"object","properties":{"handle":{"type":"string"},
        "workdays":{"type":"integer"},"absentDays":{"type":"integer"},"hours":{"type":"number"}},
        "required":["handle","workdays","absentDays","hours"]}},
      "scope":{"type":"number"},
      "load":\#(figure),
      "unestimated":{"type":"integer"}},
     "required":["sprint","unit","capacity","source","workdays","hours","people","scope","load","unestimated"]}
    """#

  private static let reportTasks = #"""
    {"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"key":{"type":"string"},
      "title":{"type":"string"},"status":{"type":"string"},"assignee":{"type":"string"},
      "estimate":{"type":"number"}},"required":["id","key","title","status","estimate"]}}
    """#

  static let report = #"""
    {"type":"object","properties":{
      "sprint":\#(brief),
      "unit":\#(unit),
      "status":\#(TaskText.schema(of: SprintItem.Status.allCases)),
      "goal":{"type":"string"},
      "planned":{"type":"number"},
      "completed":{"type":"number"},
      "remaining":{"type":"number"},
      "added":{"type":"number"},
      "removed":{"type":"number"},
      "reestimated":{"type":"number"},
      "completionRate":\#(figure),
      "completedTasks":\#(reportTasks),
      "incompleteTasks":\#(reportTasks),
      "cancelledTasks":\#(reportTasks),
      "blockedTasks":\#(reportTasks),
      "scopeChanges":\#(scopeChanges),
      "velocity":\#(range),
      "cycleTime":{"type":"object","description":"From the first start to the completion of the completed tasks",
       "properties":{"unit":{"const":"hours"},"count":{"type":"integer"},"p50":\#(figure),"p85":\#(figure),
        "p95":\#(figure)},"required":["unit","count","p50","p85","p95"]},
      "retrospective":{"type":"object"}},
     "required":["sprint","unit","status","planned","completed","remaining","added","removed","reestimated",
      "completionRate","completedTasks","incompleteTasks","cancelledTasks","blockedTasks","scopeChanges","velocity",
      "cycleTime"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"sprint":\#(schema)},
     "required":["id","key","project","actor","revision","changes","sprint"]}
    """#
}
