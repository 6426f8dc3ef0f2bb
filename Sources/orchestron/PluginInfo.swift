import ArgumentParser
import OrchestronHost

struct PluginInfo: Command {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a plugin says about itself: needs, services, methods, topics.",
    discussion: """
      Loads the plugin's library and reads its declarations; the plugin is not started.

      Examples:
        orchestron plugin info rice
        orchestron plugin info rice --json
      """)

  @Argument(help: "The id of a plugin.")
  var id: String

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let declaration = try asProblem { () throws(Failure) in
      let place = try Place(self.place)
      let manifest = try place.manifest(id)
      return try place.inspect { runtime throws(Failure) in try Inspection(manifest, runtime: runtime) }.json
    }
    if output.json { return Output.json(declaration) }
    tell(declaration)
  }

  private func tell(_ plugin: JSON) {
    func text(_ value: JSON?) -> String { value?.string ?? "" }
    Output.line("\(text(plugin["id"])) \(text(plugin["version"])): \(text(plugin["name"]))")
    if let description = plugin["description"]?.string { Output.line(description) }
    Output.line("")
    for key in ["folder", "library", "abi", "isolation"] { Output.line("\(key): \(text(plugin[key]))") }
    for key in ["requires", "optional"] {
      guard let needs = plugin[key]?.object else { continue }
      Output.line("\(key): " + needs.map { "\($0.key) \(text($0.value))" }.joined(separator: ", "))
    }
    if let permissions = plugin["permissions"]?.array {
      Output.line("permissions: " + permissions.map { text($0) }.joined(separator: ", "))
    }
    for service in plugin["services"]?.array ?? [] {
      Output.line("\nservice \(text(service["name"])) \(text(service["version"])): \(text(service["doc"]))")
      for method in service["methods"]?.array ?? [] {
        let parameters = (method["params"]?.array ?? []).map { parameter in
          text(parameter["name"]) + (parameter["required"]?.bool == true ? "" : "?")
        }
        let scope = method["public"]?.bool == true ? "" : "internal "
        Output.line("  \(scope)\(text(method["name"]))(\(parameters.joined(separator: ", "))): \(text(method["doc"]))")
      }
    }
    for topic in plugin["topics"]?.array ?? [] { Output.line("\ntopic \(text(topic["name"])): \(text(topic["doc"]))") }
  }
}
