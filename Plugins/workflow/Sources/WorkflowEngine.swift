public import CPluginSDK
import PluginKit

/// Workflows that really run: what they are, what starts them, and what they have done.
final class WorkflowEngine: Plugin {
  static let id = "workflow"
  static let version = "1.0.0"

  static var services: [Service<WorkflowEngine>] { [workflowMethods] }
  static var topics: [Topic] { workflowTopics }

  let service: WorkflowService
  private let store: Store
  private let catalogue = Catalogue()
  private let projects: ProjectCache
  private let runner: Runner
  private let launcher: Launcher
  private let feed: EventFeed
  private let scheduler: Scheduler
  private let history: RunHistory

  init(host: Host, config: JSONValue) throws {
    store = Store(host: host)
    projects = ProjectCache(host: host)
    let rules = CommandRules(config["commands"], storageFolder: host.info.storageDirectory)
    let performer = Performer(
      host: host, rules: rules, authority: Authority(host: host, catalogue: catalogue))
    let chains = Chains()
    let identities = Identities()
    runner = Runner(
      host: host, store: store, performer: performer, projects: projects, chains: chains,
      limit: config["concurrentRuns"].int ?? 8)
    launcher = Launcher(
      host: host, store: store, catalogue: catalogue, projects: projects, chains: chains, runner: runner,
      identities: identities)
    feed = EventFeed(host: host, store: store, catalogue: catalogue, projects: projects, launcher: launcher)
    scheduler = Scheduler(host: host, catalogue: catalogue, projects: projects, launcher: launcher)
    history = RunHistory(
      host: host, store: store, chains: chains, catalogue: catalogue, launcher: launcher,
      keepDays: config["keepDays"].int ?? 90)
    service = WorkflowService(
      host: host, store: store, catalogue: catalogue, projects: projects, launcher: launcher, runner: runner,
      scheduler: scheduler, identities: identities)
  }

  func start() async throws {
    try await store.declare()
    try await catalogue.load(store, host: service.host)
    try await service.installBuiltIns()
    try await projects.load()
    try await history.start()
    try await runner.resume()
    feed.onProjectChange = { [scheduler] in
      scheduler.forget()
      scheduler.refresh()
    }
    try await feed.start()
    scheduler.refresh()
  }

  func health() throws {
    if let fault = feed.fault { throw Failure(.unavailable, "events start no workflow any more: \(fault.message)") }
  }

  func stop() async throws {
    scheduler.stop()
    history.stop()
    feed.stop()
    await launcher.stop()
    await runner.stop()
    await feed.storePosition()
  }
}

@c(orch_plugin_workflow) @Loop
public func workflowEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  WorkflowEngine.entry(host)
}
