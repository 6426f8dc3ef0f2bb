import PluginKit

/// What MCP clients can read of the plan: what the method of each answers, with the rights of who reads.
@Loop
final class Resources {
  private let host: Host

  init(host: Host) { self.host = host }

  /// Declares all, and follows the events that change them.
  func start() throws(Failure) {
    for resource in Self.fixed {
      try host.resource(resource.uri, name: resource.name, resource.doc, type: Self.type) { [host] call in
        [.text(try await host.call(resource.method, resource.arguments, context: call.context).text)]
      }
    }
    for template in Self.byID {
      try host.resources(
        template.uri, name: template.name, template.doc, type: Self.type,
        complete: { [host] call in try await Self.complete(call, from: template.list, on: host) },
        handler: { [host] call in
          let arguments = Self.arguments("id", try call.string("id"))
          return [.text(try await host.call(template.method, arguments, context: call.context).text)]
        })
    }
    try host.subscribe(["task:*", "sprint:*", "project:*", "plugin:state"]) { [unowned self] event in
      if host.isWatched() { tell(event) }
    }
  }

  static let type = "application/json"

  private struct Fixed: Sendable {
    let uri: String
    let name: String
    let doc: String
    let method: String
    var arguments = "{}"
  }

  private static let fixed = [
    Fixed(
      uri: "orchestron://tasks", name: "tasks", doc: "The tasks that changed last.", method: "tasks.list",
      arguments: #"{"order":"-updatedAt"}"#),
    Fixed(
      uri: "orchestron://sprints", name: "sprints", doc: "The sprints, by their first day.", method: "sprints.list"),
    Fixed(
      uri: "orchestron://sprints/active", name: "active-sprint", doc: "The sprint that runs, or null.",
      method: "sprints.active"),
    Fixed(uri: "orchestron://projects", name: "projects", doc: "All projects.", method: "projects.list"),
    Fixed(
      uri: "orchestron://events", name: "events", doc: "What was changed, by whom and why, the newest first.",
      method: "reports.activity"),
    Fixed(uri: "orchestron://health", name: "health", doc: "Whether all works.", method: "host.health"),
    Fixed(
      uri: "orchestron://plugins", name: "plugins", doc: "The plugins, their state and what they use.",
      method: "host.plugins"),
  ]

  private struct ByID: Sendable {
    let uri: String
    let name: String
    let doc: String
    let method: String
    /// Where ids come from.
    let list: String
  }

  private static let byID = [
    ByID(
      uri: "orchestron://tasks/{id}", name: "task", doc: "A task, by its id or key.", method: "tasks.get",
      list: "tasks.list"),
    ByID(
      uri: "orchestron://sprints/{id}", name: "sprint", doc: "A sprint, by its id or key.", method: "sprints.get",
      list: "sprints.list"),
    ByID(
      uri: "orchestron://sprints/{id}/burndown", name: "burndown", doc: "What is left of a sprint, day by day.",
      method: "sprints.burndown", list: "sprints.list"),
    ByID(
      uri: "orchestron://projects/{id}", name: "project", doc: "A project, by its id or key.", method: "projects.get",
      list: "projects.list"),
  ]

  /// A JSON object of one string.
  static func arguments(_ name: StaticString, _ value: String) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member(name, value)
    writer.endObject()
    return writer.text
  }

  /// The keys of a list that begin as the user has begun, or whose titles hold what he has typed.
  static func complete(_ call: MCPCall, from list: String, on host: Host) async throws -> [String] {
    let typed = (call.argument(call.name) ?? "").lowercased()
    let arguments = list == "tasks.list" ? #"{"limit":500,"order":"-updatedAt"}"# : #"{"limit":500}"#
    let page = try host.parse(try await host.call(list, arguments, context: call.context))
    return page["items"].elements.compactMap { item in
      guard let key = item["key"].string else { return nil }
      let title = item["title"].string ?? item["name"].string ?? ""
      return key.lowercased().hasPrefix(typed) || !typed.isEmpty && title.lowercased().contains(typed) ? key : nil
    }
  }

  // MARK: Changes

  /// Says what reads differently after an event.
  private func tell(_ event: Event) {
    let topic = event.topic
    if topic == "plugin:state" {
      for uri in ["orchestron://health", "orchestron://plugins"] { host.updated(uri) }
      return
    }
    host.updated("orchestron://events")
    guard let kind = topic.split(separator: ":").first, let data = try? host.parse(event.data) else { return }
    host.updated("orchestron://\(kind)s")
    for name in [data["id"].string, data["key"].string].compactMap(\.self) {
      host.updated("orchestron://\(kind)s/\(name)")
      if kind == "sprint" { host.updated("orchestron://sprints/\(name)/burndown") }
    }
    if kind == "sprint" { host.updated("orchestron://sprints/active") }
    // A task moves the line of its sprint, and of that which it has left.
    let moved = data["changes"]["sprint"].elements.map(\.string)
    for sprint in moved + [data["task"]["sprint"].string] {
      if let sprint { host.updated("orchestron://sprints/\(sprint)/burndown") }
    }
  }
}
