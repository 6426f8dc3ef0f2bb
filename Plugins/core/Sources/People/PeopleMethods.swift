import PluginKit

/// What the service `people` declares.
extension Core {
  static var personMethods: Service<Core> {
    Service("people", version: "1.0.0", doc: "People and agents: who tasks are assigned to, and when they have time.") {
      Method.async(
        "create", [.write, .creates], doc: "Makes a person or an agent known.", route: "POST /api/people",
        parameters: [
          .string(
            "handle", "The short name in tasks: letters, digits, . _ and -; the same in capitals is the same",
            schema: #"{"minLength":1,"maxLength":64}"#),
          .string("name", "The full name; the handle when left out", optional: true, schema: PersonText.name),
        ] + PersonText.fields + [TaskText.reason, TaskText.idempotencyKey],
        result: .json(schema: PersonText.schema), examples: PersonText.createExamples
      ) { core, call in
        try await core.people.create(call)
      }
      Method(
        "get", [.read, .idempotent], doc: "A person or an agent by the id or the handle.",
        route: "GET /api/people/{id}", parameters: [PersonText.id], result: .json(schema: PersonText.schema),
        examples: PersonText.getExamples
      ) { core, call in
        try core.people.get(call)
      }
      Method(
        "me", [.read, .idempotent],
        doc:
          "The caller: the person with the caller's name as the handle; without an id when nobody has made it known.",
        route: "GET /api/people/me", result: .json(schema: PersonText.callerSchema), examples: PersonText.meExamples
      ) { core, call in
        core.people.me(call)
      }
      Method(
        "list", [.read, .idempotent], doc: "All people and agents, by their handles.", route: "GET /api/people",
        parameters: [
          .string("kind", "Only people, or only agents", optional: true, schema: PersonText.kind), TaskText.limit,
          TaskText.cursor,
        ],
        result: .json(schema: PersonText.pageSchema), examples: PersonText.listExamples
      ) { core, call in
        try core.people.list(call)
      }
      Method.async(
        "update", [.write, .idempotent],
        doc: "Changes the fields that are given, and removes those that are given as null.",
        route: "PATCH /api/people/{id}",
        parameters: [PersonText.id, .string("name", "The full name", optional: true, schema: PersonText.name)]
          + PersonText.fields + [PersonText.revision, TaskText.reason],
        result: .json(schema: PersonText.schema), examples: PersonText.updateExamples
      ) { core, call in
        try await core.people.update(call)
      }
      Method.async(
        "delete", [.write, .destructive, .idempotent],
        doc: "Removes a person from the lists. Tasks and times that name the handle stay as they are.",
        route: "DELETE /api/people/{id}", parameters: [PersonText.id, PersonText.revision, TaskText.reason],
        result: .nothing, examples: PersonText.deleteExamples
      ) { core, call in
        try await core.people.delete(call)
      }
    }
  }

  static var peopleTopics: [Topic] {
    [
      Topic(
        "person:created", doc: "Somebody was made known.", schema: PersonText.eventSchema,
        example: PersonText.event(#"{"handle":[null,"grace"]}"#)),
      Topic(
        "person:updated", doc: "Something about a person was changed.", schema: PersonText.eventSchema,
        example: PersonText.event(#"{"hoursPerDay":[6,4]}"#)),
      Topic(
        "person:deleted", doc: "A person was deleted.", schema: PersonText.eventSchema,
        example: PersonText.event(#"{"hidden":[null,"deleted"]}"#)),
      Topic(
        "person:restored", doc: "A deleted person came back.", schema: PersonText.eventSchema,
        example: PersonText.event(#"{"hidden":["deleted",null]}"#)),
    ]
  }
}
