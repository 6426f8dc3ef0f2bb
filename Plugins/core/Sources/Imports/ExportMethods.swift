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
