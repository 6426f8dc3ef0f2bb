import PluginKit

/// What the service `search` declares.
extension Core {
  static var searchMethods: Service<Core> {
    Service("search", version: "1.0.0", doc: "Finds tasks by what they say and what they are.") {
      Method.async(
        "tasks", [.read, .idempotent],
        doc: "The tasks that match, the best first: status:todo label:api \"exact words\" due:<7d -type:epic.",
        route: "GET /api/search",
        parameters: [
          .string(
            "text",
            "Words, \"exact words\", -word, and filters: status type priority assignee label component sprint parent "
              + "project is due start created updated completed points hours progress order",
            schema: #"{"maxLength":2000}"#),
          TaskText.anyProject, TaskText.limit, TaskText.cursor,
        ],
        result: .json(schema: TaskText.pageSchema), examples: searchExamples
      ) { core, call in
        try await core.search.tasks(call)
      }
    }
  }

  private static let searchExamples = #"""
    [{"args":{"text":"nothing that is there"},"result":{"items":[],"next":null}},
     {"args":{"text":"status:review due:<7d"},"result":{"items":[],"next":null}},
     {"args":{"text":"status:nearly_done"},"error":"invalid_argument"},
     {"args":{"text":"due:<someday"},"error":"invalid_argument"},
     {"args":{"text":"a","project":"NOWHERE"},"error":"not_found"}]
    """#
}
