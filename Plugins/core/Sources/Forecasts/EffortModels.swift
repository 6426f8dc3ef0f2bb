import Forecasting
import PluginKit

/// The models that estimate effort, one for each project and unit, kept as long as they are up to date.
@Loop
final class EffortModels {
  private let ledger: Ledger
  private var models: [String: Model] = [:]
  /// How many estimates of each project and unit have changed since the start.
  private var changes: [String: Int] = [:]

  private struct Model {
    let estimator: EffortEstimator
    /// The changes that it has learnt.
    let changes: Int
  }

  /// So many changed estimates make a model old.
  private static let patience = 10

  init(ledger: Ledger) {
    self.ledger = ledger
    ledger.observe { [unowned self] commit in
      guard commit.noun == TaskItem.noun else { return }
      for unit in EffortUnit.allCases where commit.old?[unit.field] != commit.new[unit.field] {
        changes["\(commit.new["project"]?.string ?? "")/\(unit.rawValue)", default: 0] += 1
      }
    }
  }

  /// A model that has learnt from what the project's tasks were given.
  func model(of project: ProjectItem, _ unit: EffortUnit, _ context: Context?) async throws(Failure) -> EffortEstimator
  {
    let name = "\(project.id)/\(unit.rawValue)"
    let changes = changes[name] ?? 0
    if let model = models[name], changes - model.changes < EffortModels.patience { return model.estimator }
    let history = try await history(of: project, unit, context)
    let estimator = try await computed(on: ledger.host) { () throws(ForecastError) in
      try EffortEstimator(history: history)
    }
    models[name] = Model(estimator: estimator, changes: changes)
    return estimator
  }

  /// The newest tasks that have an estimate, the oldest of them first.
  private func history(
    of project: ProjectItem, _ unit: EffortUnit, _ context: Context?
  ) async throws(Failure) -> [PastItem] {
    var query = Documents.Query(TaskItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", "notEqual", "deleted")
    query.match(unit.field, "greater", 0)
    query.order = ["-createdAt"]
    query.fields = ["title", "description", unit.field]
    // Descriptions are long: a page must not keep the loop.
    query.limit = 200
    var items: [PastItem] = []
    while items.count < EffortEstimator.window {
      let page = try await ledger.documents.page(query, context)
      items += page.items.compactMap { fields in
        fields[unit.field]?.double.map {
          PastItem(title: fields["title"]?.string ?? "", description: fields["description"]?.string ?? "", value: $0)
        }
      }
      guard let next = page.next else { break }
      query.cursor = next
    }
    return items.reversed()
  }
}

/// What an estimate counts.
enum EffortUnit: String, CaseIterable {
  case points, hours

  var field: String { self == .points ? "storyPoints" : "estimatedHours" }
}
