import PluginKit

/// What the service `analytics` declares.
extension Core {
  static var analyticsMethods: Service<Core> {
    Service(
      "analytics", version: "1.0.0",
      doc:
        "Figures of how work flows: percentiles, never bare means. Of finished tasks, a period's newest 20,000 count."
    ) {
      timeMethods
      flowMethods
      peopleMethods
    }
  }

  @MethodBuilder<Core> private static var timeMethods: [Method<Core>] {
    Method.async(
      "cycleTime", [.read, .idempotent],
      doc: "How long finished tasks took from the first time that work on them began to their completion.",
      route: "GET /api/analytics/cycle-time", parameters: AnalyticsText.timeParameters,
      result: .json(schema: AnalyticsText.times), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.analytics.cycleTime(call)
    }
    Method.async(
      "leadTime", [.read, .idempotent],
      doc: "How long finished tasks took from their creation to their completion.",
      route: "GET /api/analytics/lead-time", parameters: AnalyticsText.timeParameters,
      result: .json(schema: AnalyticsText.times), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.analytics.leadTime(call)
    }
    Method.async(
      "flowEfficiency", [.read, .idempotent],
      doc: "The share of their cycle time in which somebody worked on finished tasks; the rest they waited.",
      route: "GET /api/analytics/flow-efficiency", parameters: AnalyticsText.timeParameters,
      result: .json(schema: AnalyticsText.times), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.analytics.flowEfficiency(call)
    }
  }

  @MethodBuilder<Core> private static var flowMethods: [Method<Core>] {
    Method.async(
      "throughput", [.read, .idempotent], doc: "How many tasks were finished, the days without any included.",
      route: "GET /api/analytics/throughput",
      parameters: AnalyticsText.period + [
        .string("per", "What is counted together", defaultValue: "day", schema: #"{"enum":["day","week"]}"#),
        TaskText.project,
      ], result: .json(schema: AnalyticsText.throughput), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.analytics.throughput(call)
    }
    Method.async(
      "cumulativeFlow", [.read, .idempotent], doc: "How many tasks were in each status at the end of each day.",
      route: "GET /api/analytics/cumulative-flow", parameters: AnalyticsText.period + [TaskText.project],
      result: .json(schema: AnalyticsText.flow), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.analytics.cumulativeFlow(call)
    }
    Method.async(
      "age", [.read, .idempotent],
      doc: "How old the work in progress is, beside what finished tasks took: the earliest sign of trouble.",
      route: "GET /api/analytics/age", parameters: [TaskText.project], result: .json(schema: AnalyticsText.age),
      examples: AnalyticsText.projectExamples
    ) { core, call in
      try await core.analytics.age(call)
    }
    Method.async(
      "workInProgress", [.read, .idempotent], doc: "How much has been begun and not finished, by status and by person.",
      route: "GET /api/analytics/work-in-progress", parameters: [TaskText.project],
      result: .json(schema: AnalyticsText.inProgress), examples: AnalyticsText.projectExamples
    ) { core, call in
      try await core.analytics.workInProgress(call)
    }
    Method.async(
      "bottlenecks", [.read, .idempotent], doc: "What keeps work from flowing, the worst first, with its figures.",
      route: "GET /api/analytics/bottlenecks", parameters: [TaskText.project],
      result: .json(schema: AnalyticsText.bottlenecks), examples: AnalyticsText.projectExamples
    ) { core, call in
      try await core.analytics.bottlenecks(call)
    }
  }

  @MethodBuilder<Core> private static var peopleMethods: [Method<Core>] {
    Method.async(
      "team", [.read, .idempotent], doc: "What the people of a project finished, and what they have in progress.",
      route: "GET /api/analytics/team", parameters: AnalyticsText.period + [TaskText.project],
      result: .json(schema: AnalyticsText.team), examples: AnalyticsText.periodExamples
    ) { core, call in
      try await core.analytics.team(call)
    }
    Method.async(
      "person", [.read, .idempotent], doc: "What one person finished, and has in progress.",
      route: "GET /api/analytics/people/{assignee}",
      parameters: [.string("assignee", "Who, as tasks name them")] + AnalyticsText.period + [TaskText.project],
      result: .json(schema: AnalyticsText.person), examples: #"[{"args":{"assignee":"ada"}}]"#
    ) { core, call in
      try await core.analytics.person(call)
    }
  }
}

/// Parameters, schemas and examples of the service `analytics`.
enum AnalyticsText {
  static let period: [Parameter] = [
    .string(
      "from", "The first day; so many days before the last when left out", optional: true,
      schema: #"{"format":"date"}"#),
    .string(
      "to", "The last day; today, by the calendar of the project, when left out", optional: true,
      schema: #"{"format":"date"}"#),
  ]

  static let timeParameters =
    period + [
      .string("assignee", "Only what this person finished", optional: true),
      .string(
        "type", "Only tasks of this type", optional: true, schema: TaskText.schema(of: TaskType.allCases)),
      TaskText.project,
    ]

  static let periodExamples = #"""
    [{"args":{}},
     {"args":{"from":"2026-01-01","to":"2026-01-31"}},
     {"args":{"from":"2026-02-01","to":"2026-01-31"},"error":"invalid_argument"},
     {"args":{"to":"2026-02-30"},"error":"invalid_argument"},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let projectExamples = #"""
    [{"args":{}},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  private static let days = #""from":{"type":"string","format":"date"},"to":{"type":"string","format":"date"}"#

  private static let figures = #"""
    "count":{"type":"integer"},"p50":{"type":["number","null"]},"p85":{"type":["number","null"]},
    "p95":{"type":["number","null"]}
    """#

  private static let percentiles =
    #"{"type":"object","properties":{\#(figures)},"required":["count","p50","p85","p95"]}"#

  static let times = #"""
    {"type":"object","properties":{\#(days),"unit":{"enum":["hours","share"]},\#(figures),
      "withoutFigure":{"type":"integer"},
      "items":{"type":"array","items":{"type":"object","properties":{
        "task":{"type":"string"},"key":{"type":"string"},"day":{"type":"string"},"value":{"type":"number"}}}}},
     "required":["from","to","unit","count","p50","p85","p95","withoutFigure","items"]}
    """#

  static let throughput = #"""
    {"type":"object","properties":{\#(days),"unit":{"enum":["tasks per day","tasks per week"]},
      "total":{"type":"integer"},\#(figures),
      "items":{"type":"array","items":{"type":"object","properties":{
        "day":{"type":"string"},"count":{"type":"integer"}}}}},
     "required":["from","to","unit","total","count","p50","p85","p95","items"]}
    """#

  static let flow = #"""
    {"type":"object","properties":{\#(days),"unit":{"type":"string"},
      "days":{"type":"array","items":{"type":"string"}},
      "counts":{"type":"object","additionalProperties":{"type":"array","items":{"type":"integer"}}}},
     "required":["from","to","unit","days","counts"]}
    """#

  static let age = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"cycleTime":\#(percentiles),
      "items":{"type":"array","items":{"type":"object","properties":{
        "task":{"type":"string"},"key":{"type":"string"},"title":{"type":"string"},"status":{"type":"string"},
        "assignee":{"type":"string"},"age":{"type":"number"},"isOld":{"type":"boolean"}}}}},
     "required":["unit","cycleTime","items"]}
    """#

  static let inProgress = #"""
    {"type":"object","properties":{"total":{"type":"integer"},
      "byStatus":{"type":"object","additionalProperties":{"type":"integer"}},
      "byAssignee":{"type":"object","additionalProperties":{"type":"integer"}}},
     "required":["total","byStatus","byAssignee"]}
    """#

  static let bottlenecks = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{
      "type":{"enum":["long_running_task","ageing_work","critical_dependency","resource_overload","quality_issue"]},
      "severity":{"enum":["medium","high","critical"]},"subject":{"type":"string"},"name":{"type":"string"},
      "description":{"type":"string"},"suggestion":{"type":"string"},"value":{"type":"number"},
      "threshold":{"type":"number"}}}},"next":{"type":"null"}},"required":["items","next"]}
    """#

  private static let personFigures = #"""
    {"type":"object","properties":{"assignee":{"type":"string"},"finished":{"type":"integer"},
      "inProgress":{"type":"integer"},"storyPoints":{"type":"number"},"estimatedHours":{"type":"number"},
      "cycleTime":\#(percentiles),"flowEfficiency":\#(percentiles)},
     "required":["assignee","finished","inProgress","storyPoints","estimatedHours","cycleTime","flowEfficiency"]}
    """#

  static let team = #"""
    {"type":"object","properties":{\#(days),"finished":{"type":"integer"},"inProgress":{"type":"integer"},
      "cycleTime":\#(percentiles),"items":{"type":"array","items":\#(personFigures)}},
     "required":["from","to","finished","inProgress","cycleTime","items"]}
    """#

  static let person = #"""
    {"type":"object","properties":{\#(days),"figures":\#(personFigures)},"required":["from","to","figures"]}
    """#
}
