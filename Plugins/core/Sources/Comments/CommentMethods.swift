import PluginKit

/// What the service `comments` declares.
extension Core {
  static var commentMethods: Service<Core> {
    Service("comments", version: "1.0.0", doc: "What people and agents say about tasks.") {
      Method.async(
        "create", [.write, .creates],
        doc: "Says something about a task. Whom the text names with @handle becomes a watcher of it.",
        route: "POST /api/comments",
        parameters: [
          .string("task", "The id or key of the task"), CommentText.text, TaskText.reason, TaskText.idempotencyKey,
        ],
        result: .json(schema: CommentText.schema), examples: CommentText.createExamples
      ) { core, call in
        try await core.comments.create(call)
      }
      Method(
        "get", [.read, .idempotent], doc: "A comment by its id.", route: "GET /api/comments/{id}",
        parameters: [CommentText.id], result: .json(schema: CommentText.schema), examples: CommentText.getExamples
      ) { core, call in
        try core.comments.get(call)
      }
      Method.async(
        "list", [.read, .idempotent], doc: "The comments on a task, or in a project.", route: "GET /api/comments",
        parameters: [
          .string("task", "The id or key of the task; all of the project when left out", optional: true),
          TaskText.anyProject,
          .string(
            "order", "The oldest first, or with - before it the newest", defaultValue: "createdAt",
            schema: #"{"enum":["createdAt","-createdAt"]}"#), TaskText.limit, TaskText.cursor,
        ],
        result: .json(schema: CommentText.pageSchema), examples: CommentText.listExamples
      ) { core, call in
        try await core.comments.list(call)
      }
      Method.async(
        "update", [.write, .idempotent], doc: "Changes what a comment says.", route: "PATCH /api/comments/{id}",
        parameters: [CommentText.id, CommentText.text, CommentText.revision, TaskText.reason],
        result: .json(schema: CommentText.schema), examples: CommentText.updateExamples
      ) { core, call in
        try await core.comments.update(call)
      }
      Method.async(
        "delete", [.write, .destructive, .idempotent], doc: "Deletes a comment. Its history stays.",
        route: "DELETE /api/comments/{id}", parameters: [CommentText.id, CommentText.revision, TaskText.reason],
        result: .nothing, examples: CommentText.deleteExamples
      ) { core, call in
        try await core.comments.delete(call)
      }
    }
  }

  static var commentTopics: [Topic] {
    [
      ("comment:created", "Somebody commented on a task.", #"{"text":[null,"Looks good, @grace."]}"#),
      ("comment:updated", "A comment was changed.", #"{"text":["Looks good.","Looks good, @grace."]}"#),
      ("comment:deleted", "A comment was deleted.", #"{"hidden":[null,"deleted"]}"#),
      ("comment:restored", "A deleted comment came back.", #"{"hidden":["deleted",null]}"#),
    ].map { name, doc, changes in
      Topic(name, doc: doc, schema: CommentText.eventSchema, example: CommentText.event(changes))
    }
  }
}

private enum CommentText {
  static let id = Parameter.string("id", "The id of the comment")
  static let text = Parameter.string(
    "text", "What is to be said, in Markdown", schema: HumanText.schema(maxLength: 100_000))
  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the comment has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "project":{"type":"string"},
      "task":{"type":"string"},
      "author":{"type":"string"},
      "text":{"type":"string"},
      "mentions":{"type":"array","items":{"type":"string"}},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","project","task","author","text","mentions","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"comment":\#(schema)},
     "required":["id","project","actor","revision","changes","comment"]}
    """#

  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f90","key":"","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:ada","revision":1,"changes":\#(changes),"comment":\#(comment)}
    """#
  }

  // Who the author is depends on who tries the example, so that no result is compared here.
  static let createExamples = #"""
    [{"args":{"task":"ORC-1","text":" "},"error":"invalid_argument"},
     {"args":{"task":"ORC-999","text":"Nobody hears this."},"error":"not_found"}]
    """#

  static let getExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000"},"error":"not_found"}]
    """#

  static let listExamples = #"""
    [{"args":{"task":"ORC-999"},"error":"not_found"}]
    """#

  static let updateExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000","text":"Looks better."},"error":"not_found"}]
    """#

  static let deleteExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000"},"error":"not_found"}]
    """#

  private static let comment = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f90","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "task":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","author":"user:ada","text":"Looks good, @grace.",
     "mentions":["grace"],"createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#
}
