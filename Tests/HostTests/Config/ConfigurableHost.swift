import Testing

@testable import OrchestronHost

/// A running host with a configuration file, and with the three plugins of takes-changes.
struct ConfigurableHost {
  let folder: TestFolder
  let test: TestHost

  /// - Parameter file: The text of the file; nil for a host without one.
  init(_ file: String?, variables: [String: String] = [:], flags: JSON = [:]) throws {
    let folder = try TestFolder()
    if let file { try folder.write(ConfigurationFile.name, file) }
    let configuration = try Configuration(
      flags: flags, in: Surroundings(variables: variables, folder: folder.path))
    test = try TestHost([try Fixtures.path("takes-changes")]) {
      let options = configuration.options
      $0.configuration = configuration
      $0.plugins = options.plugins
      $0.disabled = options.disabled
    }
    self.folder = folder
    try test.start()
  }

  var path: String { "\(folder.path)/\(ConfigurationFile.name)" }
  var text: String { get throws { String(decoding: try TestFolder.read(path), as: UTF8.self) } }

  /// Calls `host.configure` as an admin does.
  func change(_ patch: String) throws -> TestHost.Outcome {
    try test.call("host.configure", patch, as: "user:ada")
  }

  /// What a plugin has.
  func config(of plugin: String) throws -> JSON {
    try #require(try test.call("\(plugin).config").answer)
  }

  /// Expects a refusal, and that neither the file nor a plugin has changed.
  func expectRefusal(
    _ patch: String, _ status: Status, _ sentence: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let before = (try? text, try test.call("host.config").answer, try config(of: "changer"))
    let outcome = try change(patch)
    #expect(outcome.status == status, sourceLocation: location)
    #expect(outcome.message.contains(sentence), "\(outcome.message)", sourceLocation: location)
    let after = (try? text, try test.call("host.config").answer, try config(of: "changer"))
    #expect(before.0 == after.0 && before.1 == after.1 && before.2 == after.2, sourceLocation: location)
  }
}
