import PluginKit

/// What the service `history` declares.
extension Core {
  static var historyMethods: Service<Core> {
    Service("history", version: "1.0.0", doc: "Every change that was ever made, and the ways back.") {
      Method.async(
        "list", [.read, .idempotent],
        doc: "The revisions of an entity, or of all of a project's, the newest first.", route: "GET /api/history",
        parameters: [
          .string("id", "The id or key of an entity; all of the project when left out", optional: true),
          TaskText.anyProject, .string("actor", "Only the changes of this actor", optional: true), TaskText.limit,
          TaskText.cursor,
        ],
        result: .json(schema: HistoryText.pageSchema), examples: HistoryText.listExamples
      ) { core, call in
        try await core.history.list(call)
      }
      Method.async(
        "get", [.read, .idempotent], doc: "The state of an entity at a revision or an instant; now when left out.",
        route: "GET /api/history/{id}",
        parameters: [
          HistoryText.id, .int("revision", "The revision", optional: true, schema: #"{"minimum":1}"#),
          .string("at", "The instant", optional: true, schema: HistoryText.instant),
        ],
        result: .json(schema: HistoryText.stateSchema), examples: HistoryText.getExamples
      ) { core, call in
        try await core.history.get(call)
      }
      Method.async(
        "blame", [.read, .idempotent], doc: "Who has set each field of an entity last, when and why.",
        route: "GET /api/history/{id}/blame", parameters: [HistoryText.id],
        result: .json(schema: HistoryText.blameSchema), examples: HistoryText.blameExamples
      ) { core, call in
        try await core.history.blame(call)
      }
      Method.async(
        "diff", [.read, .idempotent],
        doc:
          "What differs between two points of an entity, or what became of a project's entities between two instants.",
        route: "GET /api/diff",
        parameters: [
          .string("id", "The id or key of an entity; the whole project when left out", optional: true),
          TaskText.project,
          .json(
            "from", "A revision or an instant; for an entity the revision before the end when left out", optional: true,
            schema: HistoryText.point),
          .json("to", "A revision or an instant; now when left out", optional: true, schema: HistoryText.point),
          TaskText.limit, TaskText.cursor,
        ],
        result: .json(schema: HistoryText.diffSchema), examples: HistoryText.diffExamples
      ) { core, call in
        try await core.history.diff(call)
      }
      Method.async(
        "checkout", [.read, .idempotent],
        doc: "The tasks of a project as they were at an instant, or as they are on a branch, the oldest first.",
        route: "GET /api/checkout",
        parameters: [
          TaskText.project, TaskText.branch,
          .string("at", "The instant; now when left out", optional: true, schema: HistoryText.instant), TaskText.limit,
          TaskText.cursor,
        ],
        result: .json(schema: TaskText.pageSchema), examples: HistoryText.checkoutExamples
      ) { core, call in
        try await core.history.checkout(call)
      }
      Method.async(
        "restore", [.write],
        doc: "Gives an entity the state of an earlier revision; what its rules forbid stays as it is, and is named.",
        route: "POST /api/history/{id}/restore",
        parameters: [
          HistoryText.id, .int("revision", "The revision", schema: #"{"minimum":1}"#), TaskText.reason,
          TaskText.idempotencyKey,
        ],
        result: .json(schema: HistoryText.restoreSchema), examples: HistoryText.restoreExamples
      ) { core, call in
        try await core.history.restore(call)
      }
      Method.async(
        "undo", [.write],
        doc: "Takes a change back with all that it did, unless something has changed since.", route: "POST /api/undo",
        parameters: [
          .string("change", "The id of the change; your latest one when left out", optional: true), TaskText.reason,
          TaskText.idempotencyKey,
        ],
        result: .json(schema: HistoryText.undoSchema), examples: HistoryText.undoExamples
      ) { core, call in
        try await core.history.undo(call)
      }
      Method.async(
        "purge", [.write, .destructive],
        doc: "Takes the content of an entity out of the store for good, with its history, comments and notes; that it "
          + "was there, who changed it and when stays.",
        route: "POST /api/history/{id}/purge", permission: "admin", parameters: [HistoryText.id, TaskText.reason],
        result: .json(schema: HistoryText.purgeSchema), examples: HistoryText.purgeExamples
      ) { core, call in
        try await core.history.purge(call)
      }
    }
  }

  static var historyTopics: [Topic] {
    [
      TaskItem.noun, SprintItem.noun, RecordItem.noun, CommentItem.noun, PersonItem.noun, TimeEntry.noun,
      BookmarkItem.noun,
    ].map { noun in
      Topic(
        "\(noun):purged", doc: "The content of a \(noun) was taken out for good: forget what you know of it.",
        schema: HistoryText.purgeEventSchema, example: HistoryText.purgeEvent)
    }
  }
}
