import PluginKit

/// What the service `imports` declares.
extension Core {
  static var importMethods: Service<Core> {
    Service(
      "imports", version: "1.0.0",
      doc: "Takes the exports of other tools. The same content twice makes nothing twice, and changes only what has "
        + "changed in it."
    ) {
      importReadingMethods
      importWritingMethods
    }
  }

  @MethodBuilder<Core> private static var importReadingMethods: [Method<Core>] {
    Method(
      "formats", [.read, .idempotent], doc: "The exports that can be read.", route: "GET /api/imports/formats",
      result: .json(schema: ImportText.formatsSchema), examples: ImportText.formatsExamples
    ) { core, call in
      core.imports.formats(call)
    }
    Method(
      "list", [.read, .idempotent], doc: "The imports that there were, the newest first, without their reports.",
      route: "GET /api/imports", parameters: [TaskText.anyProject, TaskText.limit, TaskText.cursor],
      result: .json(schema: ImportText.pageSchema), examples: ImportText.listExamples
    ) { core, call in
      try core.imports.list(call)
    }
    Method.async(
      "get", [.read, .idempotent], doc: "An import: how far it has come, and its report when it has ended.",
      route: "GET /api/imports/{id}", parameters: [ImportText.id], result: .json(schema: ImportText.schema),
      examples: ImportText.absent
    ) { core, call in
      try await core.imports.get(call)
    }
  }

  @MethodBuilder<Core> private static var importWritingMethods: [Method<Core>] {
    Method.async(
      "run", [.write, .idempotent], doc: "Imports a content of at most 4 MiB in one call.",
      route: "POST /api/imports/run", parameters: ImportText.opening + ImportText.content,
      result: .json(schema: ImportText.schema), examples: ImportText.runExamples
    ) { core, call in
      try await core.imports.run(call)
    }
    Method.async(
      "begin", [.write, .creates],
      doc: "Begins an import of any size. Its content comes whole by POST /api/imports/{id}/content, or in pieces by "
        + "feed and finish.",
      route: "POST /api/imports", parameters: ImportText.opening, result: .json(schema: ImportText.schema),
      examples: ImportText.beginExamples
    ) { core, call in
      try await core.imports.begin(call)
    }
    Method.async(
      "feed", [.write, .idempotent],
      doc: "Takes the next piece of the content, of at most 1 MiB. A piece that came before changes nothing; a piece "
        + "that leaves a gap is refused with the place to go on from.",
      route: "POST /api/imports/{id}/feed",
      parameters: [
        ImportText.id, .int("offset", "The bytes before the piece", schema: #"{"minimum":0}"#),
      ] + ImportText.content,
      result: .json(schema: ImportText.schema), examples: ImportText.feedExamples
    ) { core, call in
      try await core.imports.feed(call)
    }
    Method.async(
      "finish", [.write, .idempotent],
      doc: "Says that the content is complete, links its tasks, and answers the report.",
      route: "POST /api/imports/{id}/finish",
      parameters: [
        ImportText.id,
        .int(
          "size", "The bytes of the whole content; when others have come, nothing is finished", optional: true,
          schema: #"{"minimum":0}"#),
      ],
      result: .json(schema: ImportText.schema), examples: ImportText.absent
    ) { core, call in
      try await core.imports.finish(call)
    }
    Method.async(
      "cancel", [.write, .idempotent], doc: "Ends an import; what it has made stays.",
      route: "POST /api/imports/{id}/cancel", parameters: [ImportText.id],
      result: .json(schema: ImportText.schema), examples: ImportText.absent
    ) { core, call in
      try await core.imports.cancel(call)
    }
  }

  static var importTopics: [Topic] {
    [
      Topic(
        "import:progress", doc: "An import has come further. Not kept in the log.", schema: ImportText.progressSchema,
        example: ImportText.progressExample),
      Topic(
        "import:finished", doc: "An import is complete.", schema: ImportText.eventSchema, example: ImportText.event),
    ]
  }
}
