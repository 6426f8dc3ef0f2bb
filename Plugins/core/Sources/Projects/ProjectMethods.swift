import PluginKit

/// What the service `projects` declares.
extension Core {
  static var projectMethods: Service<Core> {
    Service("projects", version: "1.0.0", doc: "Projects: what tasks belong to, and by whose calendar they count.") {
      Method.async(
        "create", [.write, .creates], doc: "Makes a project.", route: "POST /api/projects",
        parameters: [
          .string(
            "key", "The first part of the keys of its tasks: 2 to 10 letters and digits, a letter first",
            schema: #"""
              {"pattern":"^[A-Za-z][A-Za-z0-9]{1,9}$",
               "x-must":"be 2 to 10 letters and digits that begin with a letter, such as ORC"}
              """#
          ),
          .string("name", "What people call it", schema: HumanText.schema(maxLength: 200)),
        ] + ProjectText.fields + [TaskText.reason, TaskText.idempotencyKey],
        result: .json(schema: ProjectText.schema), examples: ProjectText.createExamples
      ) { core, call in
        try await core.projects.create(call)
      }
      Method(
        "get", [.read, .idempotent], doc: "A project by its id or key.", route: "GET /api/projects/{id}",
        parameters: [.string("id", "The id or the key")], result: .json(schema: ProjectText.schema),
        examples: ProjectText.getExamples
      ) { core, call in
        try core.projects.get(call)
      }
      Method(
        "list", [.read, .idempotent], doc: "All projects, the oldest first.", route: "GET /api/projects",
        parameters: [
          .int("limit", "The most projects of a page", defaultValue: 50, schema: #"{"minimum":1,"maximum":500}"#),
          .string("cursor", "The next of the page before", optional: true),
        ],
        result: .json(schema: ProjectText.pageSchema), examples: ProjectText.listExamples
      ) { core, call in
        try core.projects.list(call)
      }
      Method.async(
        "update", [.write, .idempotent],
        doc: "Changes the fields that are given. Its key stays: it is part of the keys of its tasks.",
        route: "PATCH /api/projects/{id}",
        parameters: [
          .string("id", "The id or the key"),
          .string(
            "name", "What people call it", optional: true,
            schema: HumanText.schema(maxLength: 200)),
        ] + ProjectText.fields + [TaskText.revision, TaskText.reason],
        result: .json(schema: ProjectText.schema), examples: ProjectText.updateExamples
      ) { core, call in
        try await core.projects.update(call)
      }
      Method.async(
        "delete", [.write, .destructive, .idempotent],
        doc: "Deletes a project. What belongs to it stays, and is found by its id alone.",
        route: "DELETE /api/projects/{id}",
        parameters: [.string("id", "The id or the key"), TaskText.revision, TaskText.reason],
        result: .nothing, examples: ProjectText.deleteExamples
      ) { core, call in
        try await core.projects.delete(call)
      }
    }
  }

  static var projectTopics: [Topic] {
    [
      Topic(
        "project:created", doc: "A project was made.", schema: ProjectText.eventSchema, example: ProjectText.event),
      Topic(
        "project:updated", doc: "A project was changed.", schema: ProjectText.eventSchema, example: ProjectText.event),
      Topic(
        "project:deleted", doc: "A project was deleted.", schema: ProjectText.eventSchema, example: ProjectText.event),
    ]
  }
}

private enum ProjectText {
  /// What can be set when a project is made and later.
  static let fields: [Parameter] = [
    .string("description", "What it is about, in Markdown", optional: true, schema: #"{"maxLength":100000}"#),
    .string(
      "timeZone", "The IANA time zone that decides where its days begin; the system's for a new one", optional: true,
      schema: ZoneName.schema
    ),
    .json(
      "workdays", "The days on which people work; Monday to Friday for a new one", optional: true,
      schema: #"{"type":"array","items":{"enum":["mon","tue","wed","thu","fri","sat","sun"]},"#
        + #""minItems":1,"uniqueItems":true}"#),
    .json(
      "holidays", "The days on which nobody works", optional: true,
      schema: #"{"type":"array","items":{"type":"string","format":"date"},"maxItems":2000,"uniqueItems":true}"#),
    .double(
      "hoursPerDay", "Hours of a workday that go into tasks; 6 for a new one", optional: true,
      schema: #"{"exclusiveMinimum":0,"maximum":24}"#),
    .string(
      "estimateUnit", "What velocity and burndown count; hours for a new one", optional: true,
      schema: #"{"enum":["hours","points","count"]}"#),
  ]

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "key":{"type":"string"},
      "name":{"type":"string"},
      "timeZone":{"type":"string"},
      "workdays":{"type":"array","items":{"enum":["mon","tue","wed","thu","fri","sat","sun"]}},
      "holidays":{"type":"array","items":{"type":"string","format":"date"}},
      "description":{"type":"string"},
      "hoursPerDay":{"type":"number"},
      "estimateUnit":{"enum":["hours","points","count"]},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","key","name","timeZone","workdays","hoursPerDay","estimateUnit","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object"}},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let createExamples = #"""
    [{"args":{"key":"api","name":"Public API","timeZone":"UTC","estimateUnit":"points"},"result":\#(api)},
     {"args":{"key":"api","name":"Another one"},"error":"already_exists"},
     {"args":{"key":"a-b","name":"Not a key"},"error":"invalid_argument"},
     {"args":{"key":"mars","name":"Far away","timeZone":"Mars/Olympus"},"error":"invalid_argument"}]
    """#

  static let getExamples = #"""
    [{"args":{"id":"api"},"result":\#(api)},
     {"args":{"id":"nowhere"},"error":"not_found"}]
    """#

  static let listExamples = #"""
    [{"args":{"limit":501},"error":"invalid_argument"},
     {"args":{"cursor":"not-a-cursor"},"error":"invalid_argument"}]
    """#

  static let updateExamples = #"""
    [{"args":{"id":"API","estimateUnit":"nothing"},"error":"invalid_argument"},
     {"args":{"id":"nowhere","name":"Nothing"},"error":"not_found"}]
    """#

  static let deleteExamples = #"""
    [{"args":{"id":"ORC"},"error":"failed_precondition"},
     {"args":{"id":"nowhere"},"error":"not_found"}]
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"actor":{"type":"string"},"revision":{"type":"integer"},
      "changes":{"type":"object"},"project":{"type":"object"}},
     "required":["id","key","actor","revision","changes","project"]}
    """#

  static let event = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"API","actor":"user:ada","revision":1,
     "changes":{"name":[null,"Public API"],"timeZone":[null,"UTC"],"workdays":[null,["mon","tue","wed","thu","fri"]],
      "hoursPerDay":[null,6],"estimateUnit":[null,"points"]},
     "project":\#(api)}
    """#

  private static let api = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"API","name":"Public API","timeZone":"UTC",
     "workdays":["mon","tue","wed","thu","fri"],"holidays":[],"hoursPerDay":6,"estimateUnit":"points",
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#
}
