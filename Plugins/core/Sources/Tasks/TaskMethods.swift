import PluginKit

/// What the service `tasks` declares.
extension Core {
  static var taskMethods: Service<Core> {
    Service("tasks", version: "1.0.0", doc: "Tasks: what is to be done, and how far it is.") {
      Method.async(
        "create", [.write], doc: "Makes a task.", route: "POST /api/tasks",
        parameters: [.string("title", "What is to be done, in a line", schema: TaskText.title)]
          + TaskText.fields(status: "Where it starts: todo when left out", statuses: StatusMachine.initial)
          + [
            .string("project", "The id or key of its project; the default one when left out", optional: true),
            .string(
              "idempotencyKey", "Repeating the call with this key within 24 hours makes no second task",
              optional: true, schema: #"{"minLength":1,"maxLength":200}"#),
          ],
        result: .json(schema: TaskText.schema), examples: TaskText.createExamples
      ) { core, call in
        try await core.tasks.create(call)
      }
      Method(
        "get", [.read, .idempotent], doc: "A task by its id or key.", route: "GET /api/tasks/{id}",
        parameters: [.string("id", "The id or the key, such as ORC-42")], result: .json(schema: TaskText.schema),
        examples: TaskText.getExamples
      ) { core, call in
        try core.tasks.get(call)
      }
      Method.async(
        "list", [.read, .idempotent], doc: "The tasks that match all of the filters.", route: "GET /api/tasks",
        parameters: [
          .json("status", "One status, or several", optional: true, schema: TaskText.oneOrMore(TaskStatus.self)),
          .json("priority", "One priority, or several", optional: true, schema: TaskText.oneOrMore(TaskPriority.self)),
          .json("type", "One type, or several", optional: true, schema: TaskText.oneOrMore(TaskType.self)),
          .string("assignee", "Who does it", optional: true),
          .string("label", "A label that it has", optional: true),
          .string(
            "project", "The id or key of a project, * for all; the default project when left out", optional: true),
          .string(
            "order", "What to sort by, with - before it downwards", defaultValue: "createdAt",
            schema: #"{"enum":["createdAt","-createdAt","updatedAt","-updatedAt","dueDate","-dueDate"]}"#),
          .int("limit", "The most tasks of a page", defaultValue: 50, schema: #"{"minimum":1,"maximum":500}"#),
          .string("cursor", "The next of the page before", optional: true),
        ],
        result: .json(schema: TaskText.pageSchema), examples: TaskText.listExamples
      ) { core, call in
        try await core.tasks.list(call)
      }
      Method.async(
        "update", [.write, .idempotent],
        doc: "Changes the fields that are given, and removes those that are given as null.",
        route: "PATCH /api/tasks/{id}",
        parameters: [
          .string("id", "The id or the key, such as ORC-42"),
          .string("title", "What is to be done, in a line", optional: true, schema: TaskText.title),
        ] + TaskText.fields(status: "Its new status, one that may follow", statuses: TaskStatus.allCases) + [
          .int(
            "progress", "Percent that are done; above 0 starts the task, 100 hands it to testing", optional: true,
            schema: #"{"minimum":0,"maximum":100}"#),
          TaskText.revision,
        ],
        result: .json(schema: TaskText.schema), examples: TaskText.updateExamples
      ) { core, call in
        try await core.tasks.update(call)
      }
      Method.async(
        "setStatus", [.write, .idempotent], doc: "Moves a task to another status, one that may follow.",
        route: "PATCH /api/tasks/{id}/status",
        parameters: [
          .string("id", "The id or the key, such as ORC-42"),
          .string("status", "The new status", schema: TaskText.schema(of: TaskStatus.allCases)),
          TaskText.revision,
        ],
        result: .json(schema: TaskText.schema), examples: TaskText.setStatusExamples
      ) { core, call in
        try await core.tasks.setStatus(call)
      }
    }
  }

  static var taskTopics: [Topic] {
    [
      Topic(
        "task:created", doc: "A task was made.", schema: TaskText.eventSchema,
        example: TaskText.event(#"{"title":[null,"Write the release notes"]}"#)),
      Topic(
        "task:updated", doc: "A task was changed.", schema: TaskText.eventSchema,
        example: TaskText.event(#"{"title":["Write notes","Write the release notes"]}"#)),
      Topic(
        "task:completed", doc: "A task was done; the task:updated before it tells of the same change.",
        schema: TaskText.eventSchema, example: TaskText.event(#"{"status":["testing","done"],"progress":[90,100]}"#)),
    ]
  }
}
