import PluginKit

/// What the service `branches` declares.
extension Core {
  static var branchMethods: Service<Core> {
    Service(
      "branches", version: "1.0.0", doc: "What-ifs: changes of the plan that are kept apart until they are merged."
    ) {
      Method.async(
        "create", [.write, .creates], doc: "Makes a branch of a project's plan.", route: "POST /api/branches",
        parameters: [
          .string("name", "What the argument branch of other methods calls it", schema: BranchText.name),
          .string("description", "What it is to find out", optional: true, schema: #"{"maxLength":10000}"#),
          TaskText.project, TaskText.reason, TaskText.idempotencyKey,
        ],
        result: .json(schema: BranchText.schema), examples: BranchText.createExamples
      ) { core, call in
        try await core.branches.create(call)
      }
      Method(
        "get", [.read, .idempotent], doc: "A branch by its name or id.", route: "GET /api/branches/{id}",
        parameters: [BranchText.id], result: .json(schema: BranchText.schema), examples: BranchText.getExamples
      ) { core, call in
        try core.branches.get(call)
      }
      Method(
        "list", [.read, .idempotent], doc: "The branches of a project, the oldest first.", route: "GET /api/branches",
        parameters: [TaskText.anyProject, TaskText.limit, TaskText.cursor],
        result: .json(schema: BranchText.pageSchema), examples: BranchText.listExamples
      ) { core, call in
        try core.branches.list(call)
      }
      Method.async(
        "diff", [.read, .idempotent], doc: "What a branch has changed, by the ids of the entities.",
        route: "GET /api/branches/{id}/diff", parameters: [BranchText.id, TaskText.limit, TaskText.cursor],
        result: .json(schema: BranchText.diffSchema), examples: BranchText.diffExamples
      ) { core, call in
        try await core.branches.diff(call)
      }
      Method.async(
        "merge", [.write],
        doc: "Brings what a branch has changed into the plan, as one change; what both have changed is named.",
        route: "POST /api/branches/{id}/merge",
        parameters: [
          BranchText.id,
          .string(
            "resolve", "The side that wins conflicts: the branch's is ours", optional: true,
            schema: #"{"enum":["ours","theirs"]}"#),
          .json(
            "resolutions", "The side that wins a conflict: by the id or key of an entity, and a field", optional: true,
            schema: BranchText.resolutions),
          .bool("dryRun", "Only say what would happen", defaultValue: false), TaskText.reason,
          TaskText.idempotencyKey,
        ],
        result: .json(schema: BranchText.mergeSchema), examples: BranchText.mergeExamples
      ) { core, call in
        try await core.branches.merge(call)
      }
      Method.async(
        "delete", [.write, .destructive, .idempotent], doc: "Deletes a branch with all that it has changed.",
        route: "DELETE /api/branches/{id}", parameters: [BranchText.id, TaskText.reason], result: .nothing,
        examples: BranchText.deleteExamples
      ) { core, call in
        try await core.branches.delete(call)
      }
    }
  }

  static var branchTopics: [Topic] {
    [
      Topic(
        "branch:created", doc: "A branch was made.", schema: BranchText.eventSchema,
        example: BranchText.event(#"{"name":[null,"without-ada"],"status":[null,"open"]}"#)),
      Topic(
        "branch:updated", doc: "A branch was merged.", schema: BranchText.eventSchema,
        example: BranchText.event(#"{"status":["open","merged"],"mergedAt":[null,"2026-01-31T09:30:00.000Z"]}"#)),
      Topic(
        "branch:deleted", doc: "A branch was deleted.", schema: BranchText.eventSchema,
        example: BranchText.event(#"{"hidden":[null,"deleted"]}"#)),
    ]
  }
}
