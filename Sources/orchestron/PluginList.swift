import ArgumentParser
import OrchestronHost

struct PluginList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the plugins that are found, and how they are in the running host.",
    discussion: """
      Examples:
        orchestron plugin list
        orchestron plugin list --plugin-dir ./my-plugin --json
      """)

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let (place, client) = try asProblem { () throws(Failure) in
      let place = try Place(self.place)
      return (place, try Joining.running(place.storage))
    }
    let findings = Discovery.scan(place.pluginRoots)
    var states: [String: JSON] = [:]
    for plugin in try client?.call("host.plugins")["items"]?.array ?? [] {
      if let id = plugin["id"]?.string { states[id] = plugin }
    }
    let items = findings.manifests.map { manifest in
      var item = manifest.json.object ?? [:]
      if client != nil { item["state"] = states[manifest.id]?["state"] ?? "not loaded" }
      item["reason"] = states[manifest.id]?["reason"]
      return item
    }
    for fault in findings.faults { Output.standardError("warning: \(fault)\n") }
    if output.json {
      return Output.json(["items": .array(items.map { .object($0) }), "next": .null])
    }
    guard !items.isEmpty else { return Output.line("No plugins found. Name a folder of plugins by --plugin-dir.") }
    Output.table(
      ["ID", "VERSION", "STATE", "SERVICES", "FOLDER"],
      items.map { item in
        [
          item["id"]?.string ?? "", item["version"]?.string ?? "", item["state"]?.string ?? "-",
          item["provides"]?.object?.keys.joined(separator: ",") ?? "-", item["folder"]?.string ?? "",
        ]
      })
    for item in items {
      if let reason = item["reason"]?.string { Output.line("\(item["id"]?.string ?? ""): \(reason)") }
    }
  }
}
