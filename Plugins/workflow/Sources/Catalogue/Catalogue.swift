import PluginKit

/// All workflows. They are few and asked for by every event, so that they stay in memory; storage has them first.
@Loop
final class Catalogue {
  /// The most workflows that there may be.
  static let limit = 1000

  private(set) var workflows: [String: Workflow] = [:]
  /// Grows with every change, so that others know when what they derived is old.
  private(set) var generation = 0
  /// Whether a topic is any trigger's, for topics seen since the last change.
  private var interest: [String: Bool] = [:]

  /// In the order of their creation.
  var all: [Workflow] { workflows.values.sorted { $0.id < $1.id } }

  /// Those that run, in the order of their creation.
  var enabled: [Workflow] { enabledIDs.compactMap { workflows[$0] } }

  /// Kept, because every event asks for it.
  private var enabledIDs: [String] = []

  subscript(id: String) -> Workflow? { workflows[id] }

  /// The workflow of an id or a name, in any case.
  func find(_ name: String) throws(Failure) -> Workflow {
    if let workflow = workflows[name] ?? workflows.values.first(where: { $0.isCalled(name) }) { return workflow }
    throw Failure(.notFound, "there is no workflow \"\(name)\"; workflows.list shows those that there are")
  }

  /// Reads all workflows and what their triggers have done.
  func load(_ store: Store, host: Host) async throws(Failure) {
    for fields in try await store.all(.init(collection: .definitions)) {
      do throws(DefinitionError) {
        put(try Workflow(fields))
      } catch {
        // Written by a version that knew more: the others must not suffer from it.
        host.log(.error, "workflow \(fields["name"]?.string ?? "") is left out: \(error.failure.message)")
      }
    }
    for fields in try await store.all(.init(collection: .progress)) {
      guard let id = fields["id"]?.string else { continue }
      workflows[id]?.progress = Workflow.Progress(fields)
    }
  }

  func put(_ workflow: Workflow) {
    workflows[workflow.id] = workflow
    changed()
  }

  func remove(_ id: String) {
    workflows[id] = nil
    changed()
  }

  private func changed() {
    generation += 1
    interest = [:]
    enabledIDs = workflows.values.filter(\.isEnabled).map(\.id).sorted()
  }

  /// Notes what a trigger has done; this is no change of the workflow.
  func note(_ id: String, _ change: (inout Workflow.Progress) -> Void) {
    guard var workflow = workflows[id] else { return }
    change(&workflow.progress)
    workflows[id] = workflow
  }

  /// Notes that the condition of a workflow had no value.
  func note(_ id: String, conditionError: String, at now: Instant) {
    workflows[id]?.conditionError = ["message": .string(conditionError), "time": .string(now.text)]
  }

  /// Whether events of a topic may start anything.
  func wants(_ topic: String) -> Bool {
    if let known = interest[topic] { return known }
    let isWanted = workflows.values.contains { workflow in
      workflow.isEnabled && workflow.definition.triggers.contains { $0.mayMatch(topic) }
    }
    if interest.count >= 1000 { interest = [:] }
    interest[topic] = isWanted
    return isWanted
  }
}

extension Trigger {
  fileprivate func mayMatch(_ topic: String) -> Bool {
    switch self {
    case .event(let pattern): pattern.matches(topic)
    case .status, .checkpoint: topic == "task:updated"
    case .schedule, .manual: false
    }
  }
}
