import PluginKit

/// What the service `tasks` declares.
extension Core {
  static var taskMethods: Service<Core> {
    Service("tasks", version: "1.0.0", doc: "Tasks: what is to be done, and how far it is.") {
      Method.async(
        "create", [.write, .creates], doc: "Makes a task.", route: "POST /api/tasks",
        parameters: [.string("title", "What is to be done, in a line", schema: TaskText.title)]
          + TaskText.fields(status: "Where it starts: todo when left out", statuses: StatusMachine.initial)
          + [
            .json(
              "blockedBy", "The ids or keys of the tasks that it waits for", optional: true,
              schema: #"{"type":"array","items":{"type":"string"},"maxItems":500}"#),
            TaskText.project, TaskText.branch, TaskText.reason, TaskText.idempotencyKey,
          ],
        result: .json(schema: TaskText.schema), examples: TaskText.createExamples
      ) { core, call in
        try await core.tasks.create(call)
      }
      Method(
        "get", [.read, .idempotent], doc: "A task by its id or key.", route: "GET /api/tasks/{id}",
        parameters: [TaskText.id, TaskText.branch], result: .json(schema: TaskText.schema),
        examples: TaskText.getExamples
      ) { core, call in
        try core.tasks.get(call)
      }
      Method.async(
        "list", [.read, .idempotent], doc: "The tasks that match all of the filters.", route: "GET /api/tasks",
        parameters: TaskText.filters + [
          TaskText.anyProject,
          .string(
            "order", "What to sort by, with - before it downwards", defaultValue: "createdAt",
            schema: #"{"enum":["createdAt","-createdAt","updatedAt","-updatedAt","dueDate","-dueDate","rank","-rank"]}"#
          ),
          TaskText.branch, TaskText.limit, TaskText.cursor,
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
          TaskText.id,
          .string("title", "What is to be done, in a line", optional: true, schema: TaskText.title),
        ] + TaskText.fields(status: "Its new status, one that may follow", statuses: TaskStatus.allCases) + [
          .int(
            "progress", "Percent that are done; above 0 starts the task, 100 hands it to testing", optional: true,
            schema: #"{"minimum":0,"maximum":100}"#),
          TaskText.branch, TaskText.revision, TaskText.reason,
        ],
        result: .json(schema: TaskText.schema), examples: TaskText.updateExamples
      ) { core, call in
        try await core.tasks.update(call)
      }
      Method.async(
        "setStatus", [.write, .idempotent], doc: "Moves a task to another status, one that may follow.",
        route: "PATCH /api/tasks/{id}/status",
        parameters: [
          TaskText.id,
          .string("status", "The new status", schema: TaskText.schema(of: TaskStatus.allCases)),
          TaskText.branch, TaskText.revision, TaskText.reason,
        ],
        result: .json(schema: TaskText.schema), examples: TaskText.setStatusExamples
      ) { core, call in
        try await core.tasks.setStatus(call)
      }
      Method.async(
        "complete", [.write, .idempotent], doc: "Finishes a task, by the shortest way that its status allows.",
        route: "POST /api/tasks/{id}/complete",
        parameters: [TaskText.id, TaskText.branch, TaskText.revision, TaskText.reason],
        result: .json(schema: TaskText.schema), examples: TaskText.completeExamples
      ) { core, call in
        try await core.tasks.complete(call)
      }
      Method.async(
        "move", [.write], doc: "Puts a task before or behind another in the manual order.",
        route: "POST /api/tasks/{id}/move",
        parameters: [
          TaskText.id, .string("before", "The id or key of the task that comes next", optional: true),
          .string("after", "The id or key of the task that comes before it", optional: true), TaskText.branch,
          TaskText.revision, TaskText.reason,
        ],
        result: .json(schema: TaskText.schema), examples: TaskText.moveExamples
      ) { core, call in
        try await core.tasks.move(call)
      }
      manyMethods
      linkMethods
      hidingMethods
      exportMethods
      quickAddMethods
      convertingMethods
      checkpointMethods
      nextMethods
      watchMethods
    }
  }

  @MethodBuilder<Core> private static var manyMethods: [Method<Core>] {
    Method.async(
      "bulk", [.write, .idempotent], doc: "Changes many tasks in the same way, all or none.",
      route: "POST /api/tasks/bulk",
      parameters: [
        .json(
          "ids", "The ids or keys of the tasks",
          schema: #"{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":1000}"#),
        .json("patch", "The fields to set, and those to remove as null, as for update", schema: TaskText.patchSchema),
        TaskText.branch, TaskText.reason, TaskText.idempotencyKey,
      ],
      result: .json(schema: TaskText.pageSchema), examples: TaskText.bulkExamples
    ) { core, call in
      try await core.tasks.bulk(call)
    }
    Method.async(
      "rollup", [.read, .idempotent], doc: "Sums up all that is below a task.", route: "GET /api/tasks/{id}/rollup",
      parameters: [TaskText.id, TaskText.branch], result: .json(schema: TaskText.rollupSchema),
      examples: TaskText.rollupExamples
    ) { core, call in
      try await core.tasks.rollup(call)
    }
    Method.async(
      "criticalPath", [.read, .idempotent],
      doc: "The chain of open tasks, each waiting for the one before, with the most hours left.",
      route: "GET /api/tasks/critical-path",
      parameters: [
        .string("id", "The task at its end; of all chains of the project the longest when left out", optional: true),
        TaskText.project, TaskText.branch,
      ],
      result: .json(schema: TaskText.pathSchema), examples: TaskText.pathExamples
    ) { core, call in
      try await core.tasks.criticalPath(call)
    }
  }

  @MethodBuilder<Core> private static var linkMethods: [Method<Core>] {
    Method.async(
      "addLink", [.write, .idempotent],
      doc: "Says that a task waits for another, is related to it, or is a duplicate of it.",
      route: "POST /api/tasks/{id}/links",
      parameters: linkParameters + [TaskText.branch, TaskText.revision, TaskText.reason],
      result: .json(schema: TaskText.schema), examples: TaskText.addLinkExamples
    ) { core, call in
      try await core.tasks.addLink(call)
    }
    Method.async(
      "removeLink", [.write, .idempotent], doc: "Removes a link between two tasks.",
      route: "DELETE /api/tasks/{id}/links/{kind}/{other}",
      parameters: linkParameters + [TaskText.branch, TaskText.revision, TaskText.reason],
      result: .json(schema: TaskText.schema), examples: TaskText.removeLinkExamples
    ) { core, call in
      try await core.tasks.removeLink(call)
    }
  }

  private static var linkParameters: [Parameter] {
    [
      TaskText.id, .string("other", "The id or key of the other task"),
      .string(
        "kind", "What the other task is to it", defaultValue: Dependencies.Kind.blockedBy.rawValue,
        schema: TaskText.schema(of: Dependencies.Kind.allCases)),
    ]
  }

  @MethodBuilder<Core> private static var hidingMethods: [Method<Core>] {
    Method.async(
      "archive", [.write, .idempotent], doc: "Puts a task away: lists leave it out, figures keep it.",
      route: "POST /api/tasks/{id}/archive",
      parameters: [TaskText.id, TaskText.branch, TaskText.revision, TaskText.reason],
      result: .json(schema: TaskText.schema), examples: TaskText.archiveExamples
    ) { core, call in
      try await core.tasks.archive(call)
    }
    Method.async(
      "restore", [.write, .idempotent], doc: "Brings a task back that was archived or deleted.",
      route: "POST /api/tasks/{id}/restore",
      parameters: [TaskText.id, TaskText.branch, TaskText.revision, TaskText.reason],
      result: .json(schema: TaskText.schema), examples: TaskText.restoreExamples
    ) { core, call in
      try await core.tasks.restore(call)
    }
    Method.async(
      "delete", [.write, .destructive, .idempotent],
      doc: "Deletes a task. Its history stays, and it can be restored; its key is never given again.",
      route: "DELETE /api/tasks/{id}",
      parameters: [
        TaskText.id, .bool("subtasks", "Delete the tasks below it as well", defaultValue: false), TaskText.branch,
        TaskText.revision, TaskText.reason,
      ],
      result: .nothing, examples: TaskText.deleteExamples
    ) { core, call in
      try await core.tasks.delete(call)
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
      Topic(
        "task:deleted", doc: "A task was deleted.", schema: TaskText.eventSchema,
        example: TaskText.event(#"{"hidden":[null,"deleted"]}"#)),
      Topic(
        "task:restored", doc: "A deleted task came back.", schema: TaskText.eventSchema,
        example: TaskText.event(#"{"hidden":["deleted",null]}"#)),
    ]
  }
}
