import PluginKit

/// What the service `bookmarks` declares.
extension Core {
  static var bookmarkMethods: Service<Core> {
    Service("bookmarks", version: "1.0.0", doc: "What the caller marked to find it again, or changed of late.") {
      Method.async(
        "create", [.write, .idempotent, .creates], doc: "Marks something; what is marked already gets the new name.",
        route: "POST /api/bookmarks",
        parameters: [
          .string("entity", "The id or key of a task, a sprint, a project or a record", schema: TaskText.name),
          .string("name", "What to call it; its title when left out", optional: true, schema: TaskText.name),
        ],
        result: .json(schema: BookmarkText.schema), examples: BookmarkText.createExamples
      ) { core, call in
        try await core.bookmarks.create(call)
      }
      Method(
        "list", [.read, .idempotent], doc: "The caller's bookmarks, the newest first.", route: "GET /api/bookmarks",
        parameters: [TaskText.limit, TaskText.cursor], result: .json(schema: BookmarkText.pageSchema),
        examples: BookmarkText.listExamples
      ) { core, call in
        try core.bookmarks.list(call)
      }
      Method.async(
        "delete", [.write, .destructive, .idempotent], doc: "Removes a bookmark of the caller's.",
        route: "DELETE /api/bookmarks/{id}", parameters: [.string("id", "The id of the bookmark")], result: .nothing,
        examples: BookmarkText.deleteExamples
      ) { core, call in
        try await core.bookmarks.delete(call)
      }
      Method.async(
        "recent", [.read, .idempotent],
        doc: "What the caller changed last, each thing once; the last 500 changes are looked through.",
        route: "GET /api/bookmarks/recent",
        parameters: [.int("limit", "The most of them", defaultValue: 20, schema: #"{"minimum":1,"maximum":100}"#)],
        result: .json(schema: BookmarkText.recentSchema), examples: BookmarkText.recentExamples
      ) { core, call in
        try await core.bookmarks.recent(call)
      }
    }
  }

  static var bookmarkTopics: [Topic] {
    [
      ("bookmark:created", "Something was marked.", #"{"name":[null,"Release"]}"#),
      ("bookmark:updated", "A bookmark got another name.", #"{"name":["Ship 1.0","Release"]}"#),
      ("bookmark:deleted", "A bookmark was removed.", #"{"hidden":[null,"deleted"]}"#),
      ("bookmark:restored", "A removed bookmark came back.", #"{"hidden":["deleted",null]}"#),
    ].map { name, doc, changes in
      Topic(name, doc: doc, schema: BookmarkText.eventSchema, example: BookmarkText.event(changes))
    }
  }
}

private enum BookmarkText {
  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "project":{"type":"string"},
      "actor":{"type":"string"},
      "entity":{"type":"string"},
      "kind":{"enum":["task","sprint","project","record"]},
      "entityKey":{"type":"string"},
      "name":{"type":"string"},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","project","actor","entity","kind","entityKey","name","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let recentSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{
      "entity":{"type":"string"},
      "kind":{"enum":["task","sprint","project","record"]},
      "key":{"type":"string"},
      "title":{"type":"string"},
      "at":{"type":"string","format":"date-time"},
      "method":{"type":"string"}},
      "required":["entity","kind","key","title","at","method"]}},"next":{"type":"null"}},
     "required":["items","next"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"bookmark":\#(schema)},
     "required":["id","project","actor","revision","changes","bookmark"]}
    """#

  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5fa0","key":"","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:ada","revision":1,"changes":\#(changes),"bookmark":\#(bookmark)}
    """#
  }

  // Whose it is depends on who tries the example, so that no result is compared here.
  static let createExamples = #"""
    [{"args":{"entity":"ORC-999"},"error":"not_found"}]
    """#

  static let listExamples = #"""
    [{"args":{"limit":10}},
     {"args":{"cursor":"not-a-cursor"},"error":"invalid_argument"}]
    """#

  static let deleteExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000"},"error":"not_found"}]
    """#

  static let recentExamples = #"""
    [{"args":{"limit":5}},
     {"args":{"limit":0},"error":"invalid_argument"}]
    """#

  private static let bookmark = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5fa0","project":"0190a5e2-7c11-7a3b-9f5e-000000000000","actor":"user:ada",
     "entity":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","kind":"task","entityKey":"ORC-2","name":"Release",
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#
}
