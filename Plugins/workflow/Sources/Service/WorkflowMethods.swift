import PluginKit

/// What the service `workflows` declares.
extension WorkflowEngine {
  static var workflowMethods: Service<WorkflowEngine> {
    Service("workflows", version: "1.0.0", doc: "Workflows: what is done by itself when something happens.") {
      definitionMethods
      runMethods
    }
  }

  @MethodBuilder<WorkflowEngine> private static var definitionMethods: [Method<WorkflowEngine>] {
    Method.async(
      "create", [.write, .creates], doc: "Makes a workflow.", route: "POST /api/workflows",
      parameters: WorkflowText.fields(isPatch: false) + [WorkflowText.reason, WorkflowText.idempotencyKey],
      result: .json(schema: WorkflowText.workflow), examples: WorkflowExamples.create
    ) { try await $0.service.create($1) }
    Method(
      "get", [.read, .idempotent], doc: "A workflow by its id or name.", route: "GET /api/workflows/{id}",
      parameters: [WorkflowText.id], result: .json(schema: WorkflowText.workflow), examples: WorkflowExamples.get
    ) { try $0.service.get($1) }
    Method(
      "list", [.read, .idempotent], doc: "All workflows, the oldest first.", route: "GET /api/workflows",
      parameters: [
        .bool("enabled", "Only those that are enabled, or that are not", optional: true), WorkflowText.limit,
        WorkflowText.cursor,
      ],
      result: .json(schema: WorkflowText.page(of: WorkflowText.workflow)), examples: WorkflowExamples.list
    ) { try $0.service.list($1) }
    Method.async(
      "update", [.write, .idempotent],
      doc:
        "Changes the fields that are given, and removes those that are given as null. Who changes an enabled workflow "
        + "answers for it from then on.",
      route: "PATCH /api/workflows/{id}",
      parameters: [WorkflowText.id] + WorkflowText.fields(isPatch: true) + [WorkflowText.revision],
      result: .json(schema: WorkflowText.workflow), examples: WorkflowExamples.update
    ) { try await $0.service.update($1) }
    Method.async(
      "apply", [.write, .idempotent],
      doc: "Makes the workflow that a text describes, or changes the one of its name to be just that.",
      route: "POST /api/workflows/apply",
      parameters: [
        .string("definition", "The workflow as JSON or YAML", schema: #"{"minLength":2,"maxLength":200000}"#)
      ],
      result: .json(schema: WorkflowText.workflow), examples: WorkflowExamples.apply
    ) { try await $0.service.apply($1) }
    Method.async(
      "enable", [.write, .idempotent],
      doc: "Lets a workflow run from now on, with at most the rights of the caller.",
      route: "POST /api/workflows/{id}/enable", parameters: [WorkflowText.id],
      result: .json(schema: WorkflowText.workflow), examples: WorkflowExamples.enable
    ) { try await $0.service.setEnabled($1, true) }
    Method.async(
      "disable", [.write, .idempotent], doc: "Starts no further run of a workflow; those under way go on.",
      route: "POST /api/workflows/{id}/disable", parameters: [WorkflowText.id],
      result: .json(schema: WorkflowText.workflow), examples: WorkflowExamples.disable
    ) { try await $0.service.setEnabled($1, false) }
    Method.async(
      "delete", [.destructive], doc: "Deletes a workflow and cancels its runs; their history stays.",
      route: "DELETE /api/workflows/{id}", parameters: [WorkflowText.id, WorkflowText.revision],
      examples: WorkflowExamples.delete
    ) { try await $0.service.delete($1) }
  }

  @MethodBuilder<WorkflowEngine> private static var runMethods: [Method<WorkflowEngine>] {
    Method.async(
      "run", [.write, .creates], doc: "Begins a run of an enabled workflow that has a manual trigger.",
      route: "POST /api/workflows/{id}/run",
      parameters: [
        WorkflowText.id, .string("task", "The id or key of the task that it is about", optional: true),
        .json(
          "data", "What expressions see as event.data", optional: true,
          schema: WorkflowText.orNull(#"{"type":"object"}"#)),
        WorkflowText.reason, WorkflowText.idempotencyKey,
      ],
      result: .json(schema: WorkflowText.run), examples: WorkflowExamples.run
    ) { try await $0.service.run($1) }
    Method(
      "test", [.read], doc: "Shows what a workflow would do, and does nothing.", route: "POST /api/workflows/test",
      parameters: [
        .string("id", "The id or the name of a workflow", optional: true),
        .json(
          "definition", "A workflow that is not stored, in place of one that is", optional: true,
          schema: WorkflowText.orNull(#"{"type":"object"}"#)),
        .json(
          "event", "What happens: {topic,data,actor,time}; a call by hand when left out", optional: true,
          schema: WorkflowText.orNull(#"{"type":"object"}"#)),
      ],
      result: .json(schema: WorkflowText.rehearsal), examples: WorkflowExamples.test
    ) { try $0.service.test($1) }
    Method(
      "runs", [.read, .idempotent], doc: "The runs, the newest first.", route: "GET /api/workflows/runs",
      parameters: [
        .string("workflow", "The id or the name of a workflow", optional: true),
        .string(
          "status", "Only those with this status", optional: true,
          schema: #"{"enum":["running","completed","failed","cancelled"]}"#),
        WorkflowText.limit, WorkflowText.cursor,
      ],
      result: .json(schema: WorkflowText.page(of: #"{"type":"object"}"#)), examples: WorkflowExamples.runs
    ) { try $0.service.runs($1) }
    Method.async(
      "getRun", [.read, .idempotent], doc: "A run with its steps.", route: "GET /api/workflows/runs/{id}",
      parameters: [WorkflowText.runID], result: .json(schema: WorkflowText.run), examples: WorkflowExamples.getRun
    ) { try await $0.service.getRun($1) }
    Method.async(
      "cancelRun", [.write], doc: "Ends a run; what its actions have done stays.",
      route: "POST /api/workflows/runs/{id}/cancel", parameters: [WorkflowText.runID],
      result: .json(schema: WorkflowText.run), examples: WorkflowExamples.cancelRun
    ) { try await $0.service.cancelRun($1) }
    Method.async(
      "retryRun", [.write, .creates], doc: "Begins a new run with what started one that failed or was cancelled.",
      route: "POST /api/workflows/runs/{id}/retry", parameters: [WorkflowText.runID],
      result: .json(schema: WorkflowText.run), examples: WorkflowExamples.retryRun
    ) { try await $0.service.retryRun($1) }
  }

  static var workflowTopics: [Topic] {
    [
      Topic(
        "workflow:created", doc: "A workflow was made.", schema: WorkflowExamples.changeSchema,
        example: WorkflowExamples.change),
      Topic(
        "workflow:updated", doc: "A workflow was changed, enabled or disabled.", schema: WorkflowExamples.changeSchema,
        example: WorkflowExamples.change),
      Topic(
        "workflow:deleted", doc: "A workflow was deleted.", schema: WorkflowExamples.changeSchema,
        example: WorkflowExamples.change),
      Topic(
        "workflow:triggered", doc: "A run began.", schema: WorkflowExamples.runEventSchema,
        example: WorkflowExamples.runEvent("running")),
      Topic(
        "workflow:completed", doc: "A run did all that it had to do.", schema: WorkflowExamples.runEventSchema,
        example: WorkflowExamples.runEvent("completed")),
      Topic(
        "workflow:failed", doc: "A run failed.", schema: WorkflowExamples.runEventSchema,
        example: WorkflowExamples.runEvent("failed")),
      Topic(
        "workflow:cancelled", doc: "A run was cancelled.", schema: WorkflowExamples.runEventSchema,
        example: WorkflowExamples.runEvent("cancelled")),
      Topic(
        "workflow:stopped", doc: "A run did not begin: too many runs caused each other, or came within a minute.",
        schema: WorkflowExamples.stopSchema, example: WorkflowExamples.stop),
      Topic(
        "workflow:notification", doc: "A workflow has something to say.", schema: WorkflowExamples.noticeSchema,
        example: WorkflowExamples.notice),
    ]
  }
}
