import PluginKit

/// What the service `sprints` declares.
extension Core {
  static var sprintMethods: Service<Core> {
    Service("sprints", version: "1.0.0", doc: "Sprints: what a project does in a stretch of days, and how it went.") {
      sprintKeeping
      sprintRunning
      sprintFigures
    }
  }

  @MethodBuilder<Core> private static var sprintKeeping: [Method<Core>] {
    Method.async(
      "create", [.write, .creates], doc: "Plans a sprint.", route: "POST /api/sprints",
      parameters: [.string("name", "What people call it", schema: SprintText.name)]
        + SprintText.fields(
          start: "Its first day; today in the project's time zone when left out",
          end: "Its last day; the 14th when left out")
        + [TaskText.project, TaskText.branch, TaskText.reason, TaskText.idempotencyKey],
      result: .json(schema: SprintText.schema), examples: SprintExamples.create
    ) { core, call in
      try await core.sprints.create(call)
    }
    Method.async(
      "get", [.read, .idempotent], doc: "A sprint by its id or key.", route: "GET /api/sprints/{id}",
      parameters: [SprintText.id, TaskText.branch], result: .json(schema: SprintText.schema),
      examples: SprintExamples.get
    ) { core, call in
      try await core.sprints.get(call)
    }
    Method.async(
      "list", [.read, .idempotent], doc: "The sprints of a project, by their first day.", route: "GET /api/sprints",
      parameters: [
        .string(
          "status", "How far they are", optional: true, schema: TaskText.schema(of: SprintItem.Status.allCases)),
        TaskText.anyProject, TaskText.branch, TaskText.limit, TaskText.cursor,
      ],
      result: .json(schema: SprintText.pageSchema), examples: SprintExamples.list
    ) { core, call in
      try await core.sprints.list(call)
    }
    Method.async(
      "update", [.write, .idempotent],
      doc: "Changes the fields that are given, and removes those that are given as null. After the end only name and "
        + "goal can be changed.",
      route: "PATCH /api/sprints/{id}",
      parameters: [SprintText.id, .string("name", "What people call it", optional: true, schema: SprintText.name)]
        + SprintText.fields(start: "Its planned first day", end: "Its planned last day")
        + [TaskText.branch, SprintText.revision, TaskText.reason],
      result: .json(schema: SprintText.schema), examples: SprintExamples.update
    ) { core, call in
      try await core.sprints.update(call)
    }
    Method.async(
      "addTasks", [.write, .idempotent],
      doc: "Takes tasks into a sprint, all or none, out of any other. Tasks of the backlog become todo when the sprint "
        + "is active.",
      route: "POST /api/sprints/{id}/tasks",
      parameters: [SprintText.id, SprintText.tasks, TaskText.branch, TaskText.reason],
      result: .json(schema: TaskText.pageSchema), examples: SprintExamples.addTasks
    ) { core, call in
      try await core.sprints.addTasks(call)
    }
    Method.async(
      "removeTasks", [.write, .idempotent],
      doc: "Takes tasks out of a sprint, all or none; those that are not in it stay as they are.",
      route: "POST /api/sprints/{id}/tasks/remove",
      parameters: [SprintText.id, SprintText.tasks, TaskText.branch, TaskText.reason],
      result: .json(schema: TaskText.pageSchema), examples: SprintExamples.removeTasks
    ) { core, call in
      try await core.sprints.removeTasks(call)
    }
  }

  @MethodBuilder<Core> private static var sprintRunning: [Method<Core>] {
    Method.async(
      "start", [.write],
      doc: "Begins a sprint: notes its tasks with their estimates, and moves those of the backlog to todo. A project "
        + "has one active sprint.",
      route: "POST /api/sprints/{id}/start", parameters: [SprintText.id, SprintText.revision, TaskText.reason],
      result: .json(schema: SprintText.schema), examples: SprintExamples.start
    ) { core, call in
      try await core.sprints.begin(call)
    }
    Method.async(
      "active", [.read, .idempotent], doc: "The active sprint of a project, or null.",
      route: "GET /api/sprints/active", parameters: [TaskText.project],
      result: .json(schema: SprintText.schemaOrNull), examples: SprintExamples.active
    ) { core, call in
      try await core.sprints.active(call)
    }
    Method.async(
      "end", [.write], doc: "Ends the active sprint, and keeps what has come of it.",
      route: "POST /api/sprints/{id}/end",
      parameters: [
        SprintText.id,
        .string(
          "carryOver",
          "Where open tasks go: backlog takes them out of any sprint, keep leaves them, next is the planned sprint "
            + "that begins first, else the id or key of a planned sprint",
          defaultValue: "backlog", schema: TaskText.name),
        SprintText.revision, TaskText.reason,
      ],
      result: .json(schema: SprintText.schema), examples: SprintExamples.end
    ) { core, call in
      try await core.sprints.end(call)
    }
    Method.async(
      "retrospective", [.write, .idempotent],
      doc: "Keeps what the team has learnt; what is given as null is removed.",
      route: "PATCH /api/sprints/{id}/retrospective",
      parameters: [
        SprintText.id, SprintText.notes("whatWentWell", "What to keep"),
        SprintText.notes("whatCouldImprove", "What to change"),
        SprintText.notes("actionItems", "What to do about it"), SprintText.revision, TaskText.reason,
      ],
      result: .json(schema: SprintText.schema), examples: SprintExamples.retrospective
    ) { core, call in
      try await core.sprints.retrospective(call)
    }
  }

  @MethodBuilder<Core> private static var sprintFigures: [Method<Core>] {
    Method.async(
      "capacity", [.read, .idempotent],
      doc: "What the team can do in a sprint and what it has taken on. In hours it is people times workdays without "
        + "holidays and absences times hours per day; in other units the median of what sprints have completed.",
      route: "GET /api/sprints/{id}/capacity", parameters: [SprintText.id],
      result: .json(schema: SprintText.capacity), examples: SprintExamples.capacity
    ) { core, call in
      try await core.sprints.capacity(call)
    }
    Method.async(
      "burndown", [.read, .idempotent],
      doc: "What was left at the end of each day, the scope, and the ideal line, which goes down on workdays alone. "
        + "From history: a change of scope shows on its day.",
      route: "GET /api/sprints/{id}/burndown", parameters: [SprintText.id],
      result: .json(schema: SprintText.chart("remaining")), examples: SprintExamples.chart
    ) { core, call in
      try await core.sprints.chart(call, .burndown)
    }
    Method.async(
      "burnup", [.read, .idempotent],
      doc: "What was done by the end of each day, the scope, and the ideal line, which rises on workdays alone.",
      route: "GET /api/sprints/{id}/burnup", parameters: [SprintText.id],
      result: .json(schema: SprintText.chart("done")), examples: SprintExamples.chart
    ) { core, call in
      try await core.sprints.chart(call, .burnup)
    }
    Method.async(
      "velocity", [.read, .idempotent],
      doc: "What the last sprints have planned and completed, the oldest first, and the range of what they completed.",
      route: "GET /api/sprints/velocity",
      parameters: [
        .int("last", "How many sprints", defaultValue: 10, schema: #"{"minimum":1,"maximum":100}"#), TaskText.project,
      ],
      result: .json(schema: SprintText.velocity), examples: SprintExamples.velocity
    ) { core, call in
      try await core.sprints.velocity(call)
    }
    Method.async(
      "report", [.read, .idempotent],
      doc: "A sprint's figures, its tasks by what has become of them, changes of scope, and the team's velocity.",
      route: "GET /api/sprints/{id}/report", parameters: [SprintText.id],
      result: .json(schema: SprintText.report), examples: SprintExamples.report
    ) { core, call in
      try await core.sprints.report(call)
    }
    // Last, because its example removes what the others are about.
    Method.async(
      "delete", [.write, .destructive, .idempotent],
      doc: "Deletes a sprint that is not active. Its history stays; the tasks of a planned one are in no sprint then.",
      route: "DELETE /api/sprints/{id}",
      parameters: [SprintText.id, TaskText.branch, SprintText.revision, TaskText.reason], result: .nothing,
      examples: SprintExamples.delete
    ) { core, call in
      try await core.sprints.delete(call)
    }
  }

  static var sprintTopics: [Topic] {
    [
      Topic(
        "sprint:created", doc: "A sprint was planned.", schema: SprintText.eventSchema,
        example: SprintExamples.event(#"{"name":[null,"Sign-in"]}"#)),
      Topic(
        "sprint:updated", doc: "A sprint was changed.", schema: SprintText.eventSchema,
        example: SprintExamples.event(#"{"name":["Login","Sign-in"]}"#)),
      Topic(
        "sprint:started", doc: "A sprint has begun; the sprint:updated before it tells of the same change.",
        schema: SprintText.eventSchema,
        example: SprintExamples.event(
          #"{"status":["planned","active"],"startedAt":[null,"2026-03-02T08:00:00.000Z"],"committed":[null,[]]}"#)),
      Topic(
        "sprint:ended", doc: "A sprint has ended; the sprint:updated before it tells of the same change.",
        schema: SprintText.eventSchema,
        example: SprintExamples.event(
          #"{"status":["active","completed"],"endedAt":[null,"2026-03-13T16:00:00.000Z"],"completed":[null,[]]}"#)),
      Topic(
        "sprint:deleted", doc: "A sprint was deleted.", schema: SprintText.eventSchema,
        example: SprintExamples.event(#"{"hidden":[null,"deleted"]}"#)),
      Topic(
        "sprint:restored", doc: "A deleted sprint came back.", schema: SprintText.eventSchema,
        example: SprintExamples.event(#"{"hidden":["deleted",null]}"#)),
    ]
  }
}
