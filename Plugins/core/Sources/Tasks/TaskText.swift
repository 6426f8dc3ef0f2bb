import PluginKit

/// Parameters and schemas of the service `tasks`.
enum TaskText {
  // MARK: Parameters

  static let title = HumanText.schema(maxLength: 500)

  /// The parameters for what can be set when a task is made and later.
  static func fields(status: String, statuses: [TaskStatus]) -> [Parameter] {
    [
      .string("type", "What kind of task it is", optional: true, schema: schema(of: TaskType.allCases)),
      .string("description", "All that is to be said, in Markdown", optional: true, schema: #"{"maxLength":100000}"#),
      .string("status", status, optional: true, schema: schema(of: statuses)),
      .string("priority", "How much it matters", optional: true, schema: schema(of: TaskPriority.allCases)),
      .string("assignee", "Who does it", optional: true, schema: name),
      .string("component", "The part of the product that it is about", optional: true, schema: name),
      .json(
        "labels", "Words to find it by", optional: true,
        schema: HumanText.listSchema(maxLength: 64, maxItems: 50)),
      .double(
        "estimatedHours", "Hours that it will take", optional: true, schema: #"{"minimum":0,"maximum":100000}"#),
      .double("storyPoints", "Its size in points", optional: true, schema: #"{"minimum":0,"maximum":1000}"#),
      .json("reviewers", "Who looks at it before it is done", optional: true, schema: names),
      .json("watchers", "Who wants to hear of it", optional: true, schema: names),
      .string("parentTask", "The id or key of the task that it is a part of", optional: true, schema: name),
      .string("sprint", "The id or key of the sprint in which it is done", optional: true, schema: name),
      .json(
        "checkpoints", "Named steps on the way", optional: true,
        schema: #"{"type":"array","maxItems":100,"items":{"type":"object","properties":{"name":"#
          + HumanText.schema(maxLength: 200) + #","completed":{"type":"boolean"},"timestamp":{"type":"string","#
          + #""format":"date-time"}},"required":["name","completed"],"additionalProperties":false}}"#),
      .string("gitBranch", "The branch that it is worked on", optional: true, schema: name),
      .string("pullRequest", "Where it is reviewed: a URL or a number", optional: true, schema: #"{"maxLength":2000}"#),
      .json("commits", "The commits that belong to it", optional: true, schema: names),
      .json("files", "The files that it touches", optional: true, schema: names),
      .string("startDate", "The day or moment when work begins", optional: true, schema: dayOrMoment),
      .string("dueDate", "The day or moment by which it is to be done", optional: true, schema: dayOrMoment),
    ]
  }

  /// The filters of lists of tasks.
  static let filters: [Parameter] = [
    .json("status", "One status, or several", optional: true, schema: oneOrMore(TaskStatus.self)),
    .json("priority", "One priority, or several", optional: true, schema: oneOrMore(TaskPriority.self)),
    .json("type", "One type, or several", optional: true, schema: oneOrMore(TaskType.self)),
    .string("assignee", "Who does it, or none", optional: true),
    .string("component", "The part of the product that it is about, or none", optional: true),
    .string("sprint", "The id or key of its sprint, or none", optional: true),
    .string("parentTask", "The id or key of the task that it is a part of, or none", optional: true),
    .string("label", "A label that it has", optional: true),
    .string(
      "hidden", "Those that were put away: archived or deleted ones, or all that are not deleted", optional: true,
      schema: #"{"enum":["archived","deleted","all"]}"#),
  ]

  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the task has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)

  static let name = HumanText.schema(maxLength: 200)

  private static let names = HumanText.listSchema(maxLength: 500, maxItems: 500)

  static let branch = Parameter.string("branch", "The branch of the plan; main when left out", optional: true)
  static let id = Parameter.string("id", "The id or the key, such as ORC-42")
  static let reason = Parameter.string(
    "reason", "Why: kept in the history", optional: true, schema: HumanText.schema(maxLength: 2000))
  static let project = Parameter.string(
    "project", "The id or key of its project; the default one when left out", optional: true)
  static let anyProject = Parameter.string(
    "project", "The id or key of a project, * for all; the default project when left out", optional: true)
  static let idempotencyKey = Parameter.string(
    "idempotencyKey", "Repeating the call with this key within 24 hours changes nothing a second time",
    optional: true, schema: #"{"minLength":1,"maxLength":200}"#)
  static let limit = Parameter.int(
    "limit", "The most of a page", defaultValue: 50, schema: #"{"minimum":1,"maximum":500}"#)
  static let cursor = Parameter.string("cursor", "The next of the page before", optional: true)

  /// What has ten characters can only be meant as a day: so the sentence about a wrong one names the right format.
  private static let dayOrMoment =
    #"{"if":{"maxLength":10},"then":{"format":"date"},"else":{"format":"date-time"}}"#

  static func schema<Term: RawRepresentable<String>>(of terms: [Term]) -> String {
    #"{"type":"string","enum":["\#(terms.map(\.rawValue).joined(separator: #"",""#))"]}"#
  }

  static func oneOrMore<Term: RawRepresentable<String> & CaseIterable>(_ terms: Term.Type) -> String {
    let one = schema(of: Array(terms.allCases))
    return #"{"anyOf":[\#(one),{"type":"array","items":\#(one),"minItems":1,"uniqueItems":true}]}"#
  }

  // MARK: Results

  private static let strings = #"{"type":"array","items":{"type":"string"}}"#

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "key":{"type":"string"},
      "project":{"type":"string","format":"uuid"},
      "type":\#(schema(of: TaskType.allCases)),
      "title":{"type":"string"},
      "description":{"type":"string"},
      "status":\#(schema(of: TaskStatus.allCases)),
      "priority":\#(schema(of: TaskPriority.allCases)),
      "assignee":{"type":"string"},
      "component":{"type":"string"},
      "reviewers":\#(strings),
      "watchers":\#(strings),
      "labels":\#(strings),
      "parentTask":{"type":"string"},
      "sprint":{"type":"string"},
      "rank":{"type":"string"},
      "estimatedHours":{"type":"number"},
      "actualHours":{"type":"number"},
      "storyPoints":{"type":"number"},
      "checkpoints":{"type":"array","items":{"type":"object"}},
      "blockedBy":\#(strings),
      "blocking":\#(strings),
      "blockedFrom":{"type":"string"},
      "relatedTo":\#(strings),
      "duplicates":\#(strings),
      "duplicatedBy":\#(strings),
      "gitBranch":{"type":"string"},
      "pullRequest":{"type":"string"},
      "commits":\#(strings),
      "files":\#(strings),
      "source":{"type":"string"},
      "sourceState":{"type":"string","description":"Hashes of what the source said at the last import"},
      "hidden":{"enum":["archived","deleted"]},
      "hiddenAt":{"type":"string","format":"date-time"},
      "startDate":{"type":"string"},
      "dueDate":{"type":"string"},
      "completedDate":{"type":"string","format":"date-time"},
      "startedAt":{"type":"string","format":"date-time"},
      "statusSince":{"type":"string","format":"date-time"},
      "activeTime":{"type":"integer","description":"Milliseconds in progress or in testing, up to statusSince"},
      "progress":{"type":"integer"},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","key","project","type","title","status","priority","labels","rank","progress","createdAt","updatedAt",
      "revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  /// A merge patch: the parameters of `update` as the members of an object, each of which may also be null.
  static let patchSchema: String = {
    let members =
      (fields(status: "", statuses: TaskStatus.allCases) + [
        .string("title", "", schema: title), .int("progress", "", schema: #"{"minimum":0,"maximum":100}"#),
      ]).map(\.nullableProperty)
    return #"{"type":"object","properties":{\#(members.joined(separator: ","))},"additionalProperties":false}"#
  }()

  static let rollupSchema = #"""
    {"type":"object","properties":{"task":{"type":"string"},"key":{"type":"string"},"count":{"type":"integer"},
      "done":{"type":"integer"},"cancelled":{"type":"integer"},"progress":{"type":"integer"},
      "estimatedHours":{"type":"number"},"actualHours":{"type":"number"},"storyPoints":{"type":"number"},
      "withoutEstimate":{"type":"integer"}},
     "required":["task","key","count","done","cancelled","progress","estimatedHours","actualHours","storyPoints",
      "withoutEstimate"]}
    """#

  static let pathSchema = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"hours":{"type":"number"},
      "withoutEstimate":{"type":"integer"},"items":{"type":"array","items":\#(schema)}},
     "required":["unit","hours","withoutEstimate","items"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"task":\#(schema)},
     "required":["id","key","project","actor","revision","changes","task"]}
    """#
}
