public import CPluginSDK
import PluginKit

/// Projects and tasks. Every change is one batch of storage: the entity at its next revision, and the events that tell
/// of it.
final class Core: Plugin {
  static let id = "core"
  static let version = "1.0.0"

  static var services: [Service<Core>] {
    [
      projectMethods, taskMethods, bookmarkMethods, commentMethods, personMethods, timeTrackingMethods, sprintMethods,
      branchMethods, historyMethods, recordMethods, analyticsMethods, importMethods, qualityMethods,
      searchMethods, reportMethods, forecastMethods,
    ]
  }
  static var topics: [Topic] {
    projectTopics + taskTopics + checkpointTopics + bookmarkTopics + commentTopics + peopleTopics + timeTopics
      + sprintTopics + branchTopics + recordTopics + importTopics + historyTopics
  }

  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  let bookmarks: Bookmarks
  let comments: Comments
  let people: People
  let time: TimeTracking
  let sprints: Sprints
  let branches: Branches
  let history: History
  let analytics: Analytics
  let search: Search
  let records: Records
  let reports: Reports
  let forecasts: Forecasts
  let imports: Imports
  let quality: Quality
  let resources: Resources
  let prompts: Prompts

  init(host: Host, config: JSONValue) throws {
    ledger = Ledger(host: host, documents: Documents(host: host), calendars: Calendars(), ids: Identities())
    projects = Projects(ledger: ledger)
    tasks = Tasks(ledger: ledger, projects: projects)
    bookmarks = Bookmarks(ledger: ledger)
    comments = Comments(ledger: ledger, projects: projects, tasks: tasks)
    people = People(ledger: ledger)
    time = TimeTracking(ledger: ledger, projects: projects, tasks: tasks)
    sprints = Sprints(ledger: ledger, projects: projects, tasks: tasks)
    branches = Branches(ledger: ledger, projects: projects, tasks: tasks, sprints: sprints)
    history = History(ledger: ledger, projects: projects)
    records = Records(ledger: ledger, projects: projects)
    search = Search(ledger: ledger, projects: projects) { [sprints] project, context throws(Failure) in
      try await sprints.active(in: project, context)?.id
    }
    analytics = Analytics(ledger: ledger, projects: projects, graph: tasks.dependencies.graph)
    forecasts = Forecasts(ledger: ledger, projects: projects, analytics: analytics)
    imports = Imports(ledger: ledger, projects: projects, tasks: tasks, time: time)
    quality = Quality(ledger: ledger, projects: projects, tasks: tasks, analytics: analytics)
    resources = Resources(host: host)
    prompts = Prompts(host: host)
    reports = Reports(
      ledger: ledger, projects: projects, analytics: analytics,
      outlook: .init(
        activeSprint: { [sprints] project, context throws(Failure) in
          try await sprints.active(in: project.id, context)?.fields
        },
        forecast: { [forecasts] project, context throws(Failure) in
          try await forecasts.outlook(of: project, context)
        },
        velocity: { [sprints] project, context throws(Failure) in try await sprints.velocity(of: project, context) }))
  }

  func start() async throws {
    try await ledger.documents.declare(
      Ledger.collections + Quality.collections + [
        Projects.collection, Tasks.collection, Bookmarks.collection, Comments.collection, People.collection,
        TimeTracking.collection, Sprints.collection, Branches.collection, Records.collection, Imports.collection,
      ])
    try await ledger.start()
    try await projects.start()
    tasks.start()
    try await people.start()
    time.start()
    try await branches.start()
    history.start(tasks, sprints, time)
    try imports.start()
    try resources.start()
    try prompts.start()
  }
}

@c(orch_plugin_core) @Loop
public func coreEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Core.entry(host)
}
