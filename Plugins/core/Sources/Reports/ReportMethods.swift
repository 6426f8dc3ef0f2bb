import PluginKit

/// What the service `reports` declares.
extension Core {
  static var reportMethods: Service<Core> {
    Service("reports", version: "1.0.0", doc: "What happened and how things stand, for people to read.") {
      dashboardMethods
      Method(
        "activity", [.read, .idempotent], doc: "What was changed, by whom and why, the newest first.",
        route: "GET /api/reports/activity",
        parameters: [
          .string("actor", "Only what this actor did, such as user:ada", optional: true),
          .string("kind", "Only changes of this kind of entity: task, sprint, record …", optional: true),
          TaskText.anyProject, TaskText.limit, TaskText.cursor,
        ],
        result: .json(schema: ReportText.page),
        examples: #"[{"args":{"limit":1}},{"args":{"limit":0},"error":"invalid_argument"}]"#
      ) { core, call in
        try core.reports.activity(call)
      }
      Method.async(
        "graph", [.read, .idempotent], doc: "Tasks and records with what links them, as nodes and edges.",
        route: "GET /api/reports/graph",
        parameters: [
          .int(
            "limit", "The most tasks, and the most records; those that changed last", defaultValue: 500,
            schema: #"{"minimum":1,"maximum":5000}"#),
          TaskText.project,
        ],
        result: .json(schema: ReportText.graph), examples: AnalyticsText.projectExamples
      ) { core, call in
        try await core.reports.graph(call)
      }
      Method.async(
        "summary", [.read, .idempotent], doc: "A report of a day, a week, the sprint or any period.",
        route: "GET /api/reports/summary",
        parameters: [
          .string("period", "Of what", defaultValue: "week", schema: #"{"enum":["day","week","sprint"]}"#),
          .string("format", "As what", defaultValue: "markdown", schema: #"{"enum":["markdown","html","json"]}"#),
        ] + AnalyticsText.period + [TaskText.project],
        result: .json(schema: ReportText.summary), examples: ReportText.summaryExamples
      ) { core, call in
        try await core.reports.summary(call)
      }
    }
  }

  @MethodBuilder<Core> private static var dashboardMethods: [Method<Core>] {
    Method.async(
      "dashboard", [.read, .idempotent], doc: "All that a dashboard shows.", route: "GET /api/dashboard",
      parameters: [TaskText.project], result: .json(schema: ReportText.dashboard),
      examples: AnalyticsText.projectExamples
    ) { core, call in
      try await core.reports.dashboard(call)
    }
    Method.async(
      "stats", [.read, .idempotent], doc: "The figures of a project and of the process.", route: "GET /api/stats",
      parameters: [TaskText.project], result: .json(schema: ReportText.stats),
      examples: AnalyticsText.projectExamples
    ) { core, call in
      try await core.reports.stats(call)
    }
  }
}

private enum ReportText {
  static let page = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{
      "entity":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},
      "number":{"type":"integer"},"change":{"type":"string"},"at":{"type":"string"},"actor":{"type":"string"},
      "method":{"type":"string"},"reason":{"type":["string","null"]},"patch":{"type":["object","null"]}}}},
     "next":{"type":["string","null"]}},"required":["items","next"]}
    """#

  static let graph = #"""
    {"type":"object","properties":{"nodes":{"type":"array","items":{"type":"object"}},
     "edges":{"type":"array","items":{"type":"object"}},"isWhole":{"type":"boolean"}},
     "required":["nodes","edges","isWhole"]}
    """#

  static let summary = #"""
    {"type":"object","properties":{"from":{"type":"string"},"to":{"type":"string"},"format":{"type":"string"},
     "text":{"type":"string"},"report":{"type":"object"}},"required":["from","to","format"]}
    """#

  static let summaryExamples = #"""
    [{"args":{"period":"day"}},
     {"args":{"format":"html"}},
     {"args":{"format":"json","from":"2026-01-01","to":"2026-01-31"}},
     {"args":{"format":"pdf"},"error":"invalid_argument"},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let stats = #"""
    {"type":"object","properties":{"project":{"type":"string"},"totalTasks":{"type":"integer"},
     "byStatus":{"type":"object"},"completedToday":{"type":"integer"},"inProgress":{"type":"integer"},
     "blocked":{"type":"integer"},"overdue":{"type":"integer"},"velocity":{"type":["object","null"]},
     "cycleTime":{"type":"object"},"leadTime":{"type":"object"},"throughput":{"type":"object"},
     "errors":{"type":"integer"},
     "process":{"type":"object","properties":{"rss":{"type":"integer"},"cpu":{"type":"number"},
      "uptime":{"type":"number"},"loopLag":{"type":"number"},"plugins":{"type":"integer"}}}},
     "required":["project","totalTasks","byStatus","completedToday","inProgress","blocked","overdue","velocity",
      "cycleTime","leadTime","throughput","errors","process"]}
    """#

  static let dashboard = #"""
    {"type":"object","properties":{"stats":\#(stats),"activeSprint":{"type":["object","null"]},
     "activeTasks":{"type":"array"},"blocked":{"type":"array"},"bottlenecks":{"type":"array"},
     "forecast":{"type":["object","null"]},"activity":{"type":"array"},"time":{"type":"string"}},
     "required":["stats","activeSprint","activeTasks","blocked","bottlenecks","forecast","activity","time"]}
    """#
}
