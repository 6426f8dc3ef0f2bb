import Interchange
import PluginKit

/// What the service `tasks` declares for exports.
extension Core {
  @MethodBuilder<Core> static var exportMethods: [Method<Core>] {
    Method.async(
      "export", [.read, .idempotent, .stream],
      doc: "Streams the tasks that match all of the filters as text, in pieces; an import reads each of the forms.",
      route: "GET /api/tasks/export",
      parameters: [
        .string(
          "format", "json: a list; ndjson: one to a line; csv: RFC 4180; markdown: lists of boxes",
          defaultValue: Tasks.ExportFormat.json.rawValue, schema: TaskText.schema(of: Tasks.ExportFormat.allCases)),
        .string(
          "groupBy", "The headings of Markdown", defaultValue: TaskMarkdown.Grouping.status.rawValue,
          schema: TaskText.schema(of: TaskMarkdown.Grouping.allCases)),
      ] + TaskText.filters + [TaskText.anyProject],
      result: .json(schema: #"{"type":"object","properties":{"tasks":{"type":"integer"}},"required":["tasks"]}"#),
      examples: #"""
        [{"args":{"format":"csv","label":"nothing has this label"},"result":{"tasks":0}},
         {"args":{"format":"punch_cards"},"error":"invalid_argument"}]
        """#
    ) { core, call in
      try await core.tasks.export(call)
    }
  }
}

extension TaskText {
  /// The filters of lists of tasks.
  static let filters: [Parameter] = [
    .json("status", "One status, or several", optional: true, schema: oneOrMore(TaskStatus.self)),
    .json("priority", "One priority, or several", optional: true, schema: oneOrMore(TaskPriority.self)),
    .json("type", "One type, or several", optional: true, schema: oneOrMore(TaskType.self)),
    .string("assignee", "Who does it, or none", optional: true),
    .string("component", "The part of the product that it is about, or none", optional: true),
    .string("sprint", "The id of its sprint, or none", optional: true),
    .string("parentTask", "The id of the task that it is a part of, or none", optional: true),
    .string("label", "A label that it has", optional: true),
    .string(
      "hidden", "Those that were put away: archived or deleted ones, or all that are not deleted", optional: true,
      schema: #"{"enum":["archived","deleted","all"]}"#),
  ]
}
