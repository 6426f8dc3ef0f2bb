import PluginKit

/// The service `search`.
@Loop
final class Search {
  private let ledger: Ledger
  private let projects: Projects
  var documents: Documents { ledger.documents }
  /// Finds the active sprint of a project.
  private let activeSprint: @Loop (_ project: String, Context?) async throws(Failure) -> String?

  init(
    ledger: Ledger, projects: Projects,
    activeSprint: @escaping @Loop (_ project: String, Context?) async throws(Failure) -> String?
  ) {
    self.ledger = ledger
    self.projects = projects
    self.activeSprint = activeSprint
  }

  func tasks(_ call: Call) async throws(Failure) {
    let search = SearchQuery(try call.string("text"))
    var query = Documents.Query(
      TaskItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    if !search.terms.contains(where: { $0.field == .project }) { try projects.narrow(&query, to: call) }
    query.match("hidden", .null)
    // What is due is found by an index of its own.
    query.order = search.asksWhatIsDue ? ["dueDate"] : ["-updatedAt"]
    let filters = try SearchFilters(search, of: query, in: try await setting(for: search, call))
    if search.text.isEmpty, let priorities = filters.priorities {
      try await answer(call, with: filters.query, by: priorities)
    } else if search.text.isEmpty {
      documents.answer(call, with: filters.query)
    } else {
      documents.answer(call, with: filters.query, matching: search.text)
    }
  }

  /// Finds out what the words of a search mean here.
  private func setting(for search: SearchQuery, _ call: Call) async throws(Failure) -> SearchFilters.Setting {
    let project =
      call.stringIfPresent("project") == "*" ? try projects.project(named: nil) : try projects.project(of: call)
    var setting = SearchFilters.Setting(
      today: project.zone.day(at: Instant.now), zone: project.zone, actor: call.person)
    for term in search.terms {
      switch term.field {
      case .sprint:
        for name in term.values {
          if name == "active" {
            setting.activeSprint = try await activeSprint(project.id, call.context)
          } else {
            setting.ids[name] = try await id(of: name, as: SprintItem.self, call.context) { Sprints.absent(name) }
          }
        }
      case .parent:
        for name in term.values {
          setting.ids[name] = try await id(of: name, as: TaskItem.self, call.context) { Tasks.absent(name) }
        }
      case .project:
        for name in term.values { setting.ids[name] = try projects.project(named: name).id }
      default: break
      }
    }
    return setting
  }

  /// The id of what somebody called by this name; nil for `none`.
  private func id<E: Entity>(
    of name: String, as type: E.Type, _ context: Context?, absent: @Loop () -> Failure
  ) async throws(Failure) -> String? {
    guard name != "none" else { return nil }
    guard let found = try await documents.find(Reference(name), as: E.self, context), !found.isDeleted else {
      throw absent()
    }
    return found.id
  }
}
