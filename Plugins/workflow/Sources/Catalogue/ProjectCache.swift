import PluginKit

/// The projects as the plugin core has them, kept up to date by its events.
@Loop
final class ProjectCache {
  private let host: Host
  /// In the order of their creation: the first one is the default.
  private var projects: [Fields] = []

  init(host: Host) {
    self.host = host
  }

  /// Reads all projects. Without core there are none.
  func load() async throws(Failure) {
    var arguments: Fields = ["limit": 500]
    var loaded: [Fields] = []
    do throws(Failure) {
      while true {
        let page = try host.parse(try await host.call("projects.list", arguments.json))
        loaded += page["items"].elements.map { Fields($0) }
        guard let next = page["next"].string else { break }
        arguments["cursor"] = .string(next)
      }
    } catch {
      guard error.status == .notFound || error.status == .unimplemented else { throw error }
    }
    projects = loaded
  }

  /// Takes a changed project from an event about it.
  ///
  /// - Returns: Whether there was one.
  func update(from occurrence: Occurrence) -> Bool {
    guard occurrence.topic.hasPrefix("project:"), let project = occurrence.data["project"]?.object else { return false }
    if let place = projects.firstIndex(where: { $0["id"] == project["id"] }) {
      projects[place] = project
    } else {
      projects.append(project)
    }
    return true
  }

  /// The project of an id or key, in any case; the default one for nil.
  func project(_ name: String?) -> Fields? {
    guard let name = name?.lowercased() else { return projects.first }
    return projects.first {
      $0["id"]?.string?.lowercased() == name || $0["key"]?.string?.lowercased() == name
    }
  }

  /// The project that something happened in; null when it has none.
  func project(of occurrence: Occurrence) -> Value {
    if occurrence.topic.hasPrefix("project:"), let project = occurrence.data["project"], project.object != nil {
      return project
    }
    let name = occurrence.data["project"]?.string ?? occurrence.data["task"]?.object?["project"]?.string
    return name.flatMap { project($0) }.map(Value.object) ?? .null
  }
}
