public import CPluginSDK
import PluginKit

/// Projects and tasks. Every change is one batch of storage: the entity at its next revision, and the events that tell
/// of it.
final class Core: Plugin {
  static let id = "core"
  static let version = "1.0.0"

  static var services: [Service<Core>] {
    [projectMethods, taskMethods, recordMethods, analyticsMethods, searchMethods, reportMethods, forecastMethods]
  }
  static var topics: [Topic] { projectTopics + taskTopics + recordTopics }

  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  let analytics: Analytics
  let search: Search
  let records: Records
  let reports: Reports
  let forecasts: Forecasts

  init(host: Host, config: JSONValue) throws {
    ledger = Ledger(host: host, documents: Documents(host: host), calendars: Calendars(), ids: Identities())
    projects = Projects(ledger: ledger)
    tasks = Tasks(ledger: ledger, projects: projects)
    records = Records(ledger: ledger, projects: projects)
    search = Search(ledger: ledger, projects: projects) { _, _ in nil }
    analytics = Analytics(ledger: ledger, projects: projects, graph: tasks.dependencies.graph)
    forecasts = Forecasts(ledger: ledger, projects: projects, analytics: analytics)
    reports = Reports(
      ledger: ledger, projects: projects, analytics: analytics,
      outlook: .init(
        activeSprint: { _, _ in nil },
        forecast: { [forecasts] project, context throws(Failure) in
          try await forecasts.outlook(of: project, context)
        }, velocity: { _, _ in nil }))
  }

  func start() async throws {
    try await ledger.start()
    try await projects.start()
    try await tasks.start()
    try await records.start()
  }
}

@c(orch_plugin_core) @Loop
public func coreEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Core.entry(host)
}
