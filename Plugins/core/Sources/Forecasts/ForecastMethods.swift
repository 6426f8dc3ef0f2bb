import PluginKit

/// What the service `forecasts` declares.
extension Core {
  static var forecastMethods: Service<Core> {
    Service(
      "forecasts", version: "1.0.0",
      doc: "Predictions from the project's own history, each with its evidence and its measured error."
    ) {
      deliveryMethods
      taskForecastMethods
      signalMethods
    }
  }

  @MethodBuilder<Core> private static var deliveryMethods: [Method<Core>] {
    Method.async(
      "completion", [.read, .idempotent], doc: "When so many tasks will be done, by resampling the past 10,000 times.",
      route: "GET /api/forecasts/completion",
      parameters: [
        .int(
          "count", "How many tasks; the open ones that are not in the backlog when left out", optional: true,
          schema: #"{"minimum":1,"maximum":1000000}"#),
        .int(
          "upTo", "How many there may become, by splits and discoveries: each run draws from count to this",
          optional: true, schema: #"{"minimum":1,"maximum":1000000}"#),
        ForecastText.seed, TaskText.project,
      ],
      result: .json(schema: ForecastText.completion), examples: ForecastText.completionExamples
    ) { core, call in
      try await core.forecasts.completion(call)
    }
    Method.async(
      "count", [.read, .idempotent], doc: "How many tasks will be done by a day.", route: "GET /api/forecasts/count",
      parameters: [
        .string("by", "The day", schema: #"{"format":"date"}"#), ForecastText.seed, TaskText.project,
      ],
      result: .json(schema: ForecastText.count), examples: ForecastText.countExamples
    ) { core, call in
      try await core.forecasts.count(call)
    }
    Method.async(
      "calibration", [.read, .idempotent],
      doc: "How often forecasts made in the past, with what was known then, would have held.",
      route: "GET /api/forecasts/calibration",
      parameters: [
        .int("days", "How far they looked ahead", defaultValue: 14, schema: #"{"minimum":1,"maximum":365}"#),
        ForecastText.seed, TaskText.project,
      ],
      result: .json(schema: ForecastText.calibration), examples: #"[{"args":{},"error":"failed_precondition"}]"#
    ) { core, call in
      try await core.forecasts.calibration(call)
    }
  }

  @MethodBuilder<Core> private static var taskForecastMethods: [Method<Core>] {
    Method.async(
      "effort", [.read, .idempotent],
      doc: "What a task will probably be given, learnt from the words of those that have an estimate.",
      route: "GET /api/forecasts/effort",
      parameters: [
        .string("id", "The id or key of a task", optional: true),
        .string("title", "The title of one that is to be made", optional: true, schema: TaskText.title),
        .string("description", "Its description", optional: true, schema: #"{"maxLength":100000}"#),
        .string(
          "unit", "What is estimated; what the project counts in when left out", optional: true,
          schema: #"{"enum":["points","hours"]}"#),
        TaskText.project,
      ],
      result: .json(schema: ForecastText.effort), examples: ForecastText.effortExamples
    ) { core, call in
      try await core.forecasts.effort(call)
    }
    Method.async(
      "delayRisk", [.read, .idempotent], doc: "How likely a task misses its due day, given how old it is already.",
      route: "GET /api/tasks/{id}/delay-risk", parameters: [TaskText.id], result: .json(schema: ForecastText.delay),
      examples: ForecastText.delayExamples
    ) { core, call in
      try await core.forecasts.delayRisk(call)
    }
    Method.async(
      "sprintPlan", [.read, .idempotent],
      doc: "The tasks worth most that fit into a capacity together with what they wait for.",
      route: "GET /api/forecasts/sprint-plan",
      parameters: [
        .double("capacity", "What there is to give", schema: #"{"minimum":0,"maximum":1000000}"#),
        .string(
          "unit", "Of what; what the project counts in when left out", optional: true,
          schema: #"{"enum":["points","hours","count"]}"#),
        .int(
          "limit", "How many tasks of the backlog are looked at, from its top", defaultValue: 200,
          schema: #"{"minimum":1,"maximum":2000}"#),
        TaskText.project,
      ],
      result: .json(schema: ForecastText.plan), examples: ForecastText.planExamples
    ) { core, call in
      try await core.forecasts.sprintPlan(call)
    }
  }

  @MethodBuilder<Core> private static var signalMethods: [Method<Core>] {
    Method.async(
      "anomalies", [.read, .idempotent], doc: "Weeks and tasks that are far from what is usual.",
      route: "GET /api/forecasts/anomalies", parameters: AnalyticsText.period + [TaskText.project],
      result: .json(schema: ForecastText.anomalies), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.forecasts.anomalies(call)
    }
    Method.async(
      "workload", [.read, .idempotent],
      doc: "How much somebody has in progress beside what is usual for them. It describes work, not people.",
      route: "GET /api/forecasts/workload/{assignee}",
      parameters: [.string("assignee", "Who, as tasks name them"), TaskText.project],
      result: .json(schema: ForecastText.workload),
      examples: #"[{"args":{"assignee":"ada"},"error":"failed_precondition"}]"#
    ) { core, call in
      try await core.forecasts.workload(call)
    }
  }
}

private enum ForecastText {
  static let seed = Parameter.int(
    "seed", "Of the random numbers: the same seed and history give the same forecast", defaultValue: 1,
    schema: #"{"minimum":0}"#)

  private static let report = #"""
    {"type":["object","null"],"properties":{"forecasts":{"type":"integer"},"stride":{"type":"integer"},
      "seed":{"type":"integer"},"levels":{"type":"array","items":{"type":"object","properties":{
        "confidence":{"type":"number"},"held":{"type":"integer"},"share":{"type":"number"}}}}}}
    """#

  private static let evidence = #"""
    {"type":"object","properties":{"samples":{"type":"integer"},"finished":{"type":"integer"},
      "blockLength":{"type":"integer"},"runs":{"type":"integer"},"seed":{"type":"integer"}}}
    """#

  static let completion = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"count":{"type":"integer"},"upTo":{"type":"integer"},
      "levels":{"type":"array","items":{"type":"object","properties":{
        "confidence":{"type":"number"},"by":{"type":["string","null"]}}}},
      "evidence":\#(evidence),"calibration":\#(report)},
     "required":["unit","count","upTo","levels","evidence","calibration"]}
    """#

  static let count = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"by":{"type":"string"},
      "levels":{"type":"array","items":{"type":"object","properties":{
        "confidence":{"type":"number"},"count":{"type":"integer"}}}},
      "evidence":\#(evidence),"calibration":\#(report)},
     "required":["unit","by","levels","evidence","calibration"]}
    """#

  static let calibration = #"""
    {"type":"object","properties":{"question":{"type":"string"},"calibration":\#(report)},
     "required":["question","calibration"]}
    """#

  static let effort = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"value":{"type":"number"},
      "interval":{"type":"array","items":{"type":"number"}},"intervalProbability":{"type":"number"},
      "distribution":{"type":"array"},"evidence":{"type":"object"},"error":{"type":["object","null"]}},
     "required":["unit","value","interval","intervalProbability","distribution","evidence","error"]}
    """#

  static let delay = #"""
    {"type":"object","properties":{"task":{"type":"string"},"key":{"type":"string"},"due":{"type":"string"},
      "unit":{"type":"string"},"probability":{"type":"number"},"age":{"type":"number"},"remaining":{"type":"number"},
      "evidence":{"type":"object"},"error":{"type":["object","null"]}},
     "required":["task","key","due","unit","probability","age","remaining","evidence","error"]}
    """#

  static let plan = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"capacity":{"type":"number"},"effort":{"type":"number"},
      "value":{"type":"number"},"method":{"enum":["exact","heuristic"]},"upperBound":{"type":"number"},
      "candidates":{"type":"integer"},"items":{"type":"array","items":\#(TaskText.schema)},
      "leftOut":{"type":"array","items":{"type":"object","properties":{
        "key":{"type":"string"},"reason":{"type":"string"}}}}},
     "required":["unit","capacity","effort","value","method","upperBound","candidates","items","leftOut"]}
    """#

  static let anomalies = #"""
    {"type":"object","properties":{"from":{"type":"string"},"to":{"type":"string"},"throughput":{"type":"object"},
      "cycleTime":{"type":"object"}},"required":["from","to","throughput","cycleTime"]}
    """#

  static let workload = #"""
    {"type":"object","properties":{"assignee":{"type":"string"},"items":{"type":"array","items":{"type":"object"}}},
     "required":["assignee","items"]}
    """#

  // MARK: Examples: a fresh store has too little history to say anything, and says so.

  static let completionExamples = #"""
    [{"args":{"count":5},"error":"failed_precondition"},
     {"args":{"count":5,"upTo":3},"error":"invalid_argument"},
     {"args":{"count":0},"error":"invalid_argument"},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let countExamples = #"""
    [{"args":{"by":"2026-01-01"},"error":"invalid_argument"},
     {"args":{"by":"soon"},"error":"invalid_argument"}]
    """#

  static let effortExamples = #"""
    [{"args":{"title":"Write the release notes"},"error":"failed_precondition"},
     {"args":{},"error":"invalid_argument"},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let delayExamples = #"""
    [{"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let planExamples = #"""
    [{"args":{"capacity":0},"result":{"unit":"hours","capacity":0.0,"effort":0.0,"value":0.0,"method":"exact",
      "upperBound":0.0,"candidates":0,"items":[],"leftOut":[]}},
     {"args":{"capacity":-1},"error":"invalid_argument"},
     {"args":{},"error":"invalid_argument"}]
    """#
}
