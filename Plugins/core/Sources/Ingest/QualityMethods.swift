import PluginKit

/// What the service `quality` declares.
extension Core {
  static var qualityMethods: Service<Core> {
    Service(
      "quality", version: "1.0.0", doc: "Figures of the code and its tests, from logs and reports that it is given."
    ) {
      Method.async(
        "ingest", [.write, .idempotent],
        doc: "Takes a log of commits, a report of tests or one of coverage, of at most 8 MiB. What is known already is "
          + "passed over; tasks get the commits that name them.",
        route: "POST /api/quality/ingest",
        parameters: [
          .string("kind", "What the content is", schema: TaskText.schema(of: Quality.Kind.allCases)),
          .string("content", "The content, where it is text without zero bytes", optional: true),
          .bytes("data", "The content as bytes, instead of text", optional: true),
          .string(
            "at", "When the tests ran; what the report says, or now, when left out", optional: true,
            schema: #"{"format":"date-time"}"#),
          TaskText.project,
        ],
        result: .json(schema: QualityText.ingested), examples: QualityText.ingestExamples
      ) { core, call in
        try await core.quality.ingest(call)
      }
      qualityFigureMethods
    }
  }

  @MethodBuilder<Core> private static var qualityFigureMethods: [Method<Core>] {
    Method.async(
      "code", [.read, .idempotent], doc: "What was committed: lines, files, fixes, and the files where fixes gather.",
      route: "GET /api/quality/code", parameters: QualityText.period(days: 90),
      result: .json(schema: QualityText.code), examples: QualityText.codeExamples
    ) { core, call in
      try await core.quality.code(call)
    }
    Method.async(
      "tests", [.read, .idempotent], doc: "How tests went: the share that passed, week by week, and which are flaky.",
      route: "GET /api/quality/tests", parameters: QualityText.period(days: 30),
      result: .json(schema: QualityText.tests), examples: QualityText.testsExamples
    ) { core, call in
      try await core.quality.tests(call)
    }
    Method.async(
      "coverage", [.read, .idempotent], doc: "Which share of the code tests reach, and where they reach least.",
      route: "GET /api/quality/coverage", parameters: QualityText.period(days: 90),
      result: .json(schema: QualityText.coverage), examples: QualityText.coverageExamples
    ) { core, call in
      try await core.quality.coverage(call)
    }
    Method.async(
      "debt", [.read, .idempotent],
      doc: "Open bugs, and open tasks with a label such as debt or refactor, beside all that is open.",
      route: "GET /api/quality/debt", parameters: [TaskText.project], result: .json(schema: QualityText.debt),
      examples: QualityText.debtExamples
    ) { core, call in
      try await core.quality.debt(call)
    }
    Method.async(
      "bugRisk", [.read, .idempotent],
      doc: "How likely the files of a change need a fix soon, learnt from the commits that were taken.",
      route: "POST /api/quality/bug-risk",
      parameters: [
        .json(
          "files", "The files of the change, and how many lines of each",
          schema: #"{"type":"array","minItems":1,"maxItems":1000,"items":{"type":"object","properties":{"#
            + #""path":{"type":"string","minLength":1,"maxLength":4096},"added":{"type":"integer","minimum":0},"#
            + #""removed":{"type":"integer","minimum":0}},"required":["path"],"additionalProperties":false}}"#),
        .string("author", "Who makes it, as the log spells the name", defaultValue: "", schema: #"{"maxLength":200}"#),
        TaskText.project,
      ],
      result: .json(schema: QualityText.bugRisk), examples: QualityText.bugRiskExamples
    ) { core, call in
      try await core.quality.bugRisk(call)
    }
  }
}
