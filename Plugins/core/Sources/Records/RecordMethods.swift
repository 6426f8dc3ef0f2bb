import PluginKit

/// What the service `records` declares.
extension Core {
  static var recordMethods: Service<Core> {
    Service("records", version: "1.0.0", doc: "Decisions, errors, measurements and whatever else is worth keeping.") {
      recordReadingMethods
      recordWritingMethods
    }
  }

  @MethodBuilder<Core> private static var recordReadingMethods: [Method<Core>] {
    Method(
      "get", [.read, .idempotent], doc: "A record by its id or key.", route: "GET /api/records/{id}",
      parameters: [RecordText.id], result: .json(schema: RecordText.schema),
      examples: #"[{"args":{"id":"ORC-R999"},"error":"not_found"}]"#
    ) { core, call in
      try core.records.get(call)
    }
    Method.async(
      "list", [.read, .idempotent], doc: "The records that match all of the filters, the newest first.",
      route: "GET /api/records",
      parameters: [
        .string("kind", "What they tell of", optional: true, schema: TaskText.schema(of: RecordItem.Kind.allCases)),
        .string("component", "The part of the product that they are about", optional: true),
        .string(
          "severity", "How bad it was", optional: true, schema: TaskText.schema(of: RecordItem.Severity.allCases)),
        .string("pattern", "The pattern of the error, as errorPatterns gives it", optional: true),
        .string("task", "The id or key of a task that they belong to", optional: true),
        .string("text", "Words that occur in them; the best come first then", optional: true),
        TaskText.anyProject, TaskText.limit, TaskText.cursor,
      ],
      result: .json(schema: RecordText.pageSchema),
      examples: #"""
        [{"args":{"kind":"incident"},"result":{"items":[],"next":null}},
         {"args":{"task":"ORC-999"},"error":"not_found"},
         {"args":{"kind":"gossip"},"error":"invalid_argument"}]
        """#
    ) { core, call in
      try await core.records.list(call)
    }
    Method.async(
      "errorPatterns", [.read, .idempotent],
      doc: "The errors by what their messages have in common, the most frequent first.",
      route: "GET /api/records/error-patterns",
      parameters: [
        .int("atLeast", "How often it must have happened", defaultValue: 2, schema: #"{"minimum":1}"#),
        TaskText.project,
      ],
      result: .json(schema: RecordText.patternSchema), examples: #"[{"args":{},"result":{"items":[],"next":null}}]"#
    ) { core, call in
      try await core.records.errorPatterns(call)
    }
  }

  @MethodBuilder<Core> private static var recordWritingMethods: [Method<Core>] {
    Method.async(
      "create", [.write, .creates], doc: "Keeps a record.", route: "POST /api/records",
      parameters: RecordText.fields(isNew: true) + [TaskText.project, TaskText.reason, TaskText.idempotencyKey],
      result: .json(schema: RecordText.schema), examples: RecordText.createExamples
    ) { core, call in
      try await core.records.create(call)
    }
    Method.async(
      "update", [.write, .idempotent],
      doc: "Changes the fields that are given, and removes those that are given as null.",
      route: "PATCH /api/records/{id}",
      parameters: [RecordText.id] + RecordText.fields(isNew: false) + [RecordText.revision, TaskText.reason],
      result: .json(schema: RecordText.schema),
      examples: #"[{"args":{"id":"ORC-R999","title":"Nothing"},"error":"not_found"}]"#
    ) { core, call in
      try await core.records.update(call)
    }
    Method.async(
      "delete", [.write, .destructive, .idempotent], doc: "Deletes a record; its history stays.",
      route: "DELETE /api/records/{id}", parameters: [RecordText.id, RecordText.revision, TaskText.reason],
      result: .nothing, examples: #"[{"args":{"id":"ORC-R999"},"error":"not_found"}]"#
    ) { core, call in
      try await core.records.delete(call)
    }
    Method.async(
      "link", [.write, .idempotent], doc: "Says what a record is to another, or to a task.",
      route: "POST /api/records/{id}/links", parameters: RecordText.link, result: .json(schema: RecordText.schema),
      examples: #"[{"args":{"id":"ORC-R999","target":"ORC-1","relation":"fixes"},"error":"not_found"}]"#
    ) { core, call in
      try await core.records.link(call)
    }
    Method.async(
      "unlink", [.write, .idempotent], doc: "Removes such a link.",
      route: "DELETE /api/records/{id}/links/{relation}/{target}", parameters: RecordText.link,
      result: .json(schema: RecordText.schema),
      examples: #"[{"args":{"id":"ORC-R999","target":"ORC-1","relation":"fixes"},"error":"not_found"}]"#
    ) { core, call in
      try await core.records.unlink(call)
    }
  }

  static var recordTopics: [Topic] {
    [
      Topic(
        "record:created", doc: "A record was kept.", schema: RecordText.eventSchema, example: RecordText.event(1)),
      Topic(
        "record:updated", doc: "A record was changed.", schema: RecordText.eventSchema, example: RecordText.event(2)),
      Topic(
        "record:deleted", doc: "A record was deleted.", schema: RecordText.eventSchema, example: RecordText.event(3)),
      Topic(
        "record:restored", doc: "A deleted record came back.", schema: RecordText.eventSchema,
        example: RecordText.event(4)),
    ]
  }
}
