import Testing

@testable import OrchestronHost

@Suite struct ConfigurationTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func surroundings(_ variables: [String: String] = [:]) -> Surroundings {
    Surroundings(variables: variables, folder: folder.path)
  }

  /// The sentence with which reading the configuration fails.
  private func refusal(_ variables: [String: String] = [:], file: String? = nil) -> String {
    do throws(Failure) {
      _ = try Configuration(file: file, in: surroundings(variables))
      return ""
    } catch {
      return error.message
    }
  }

  @Test func takesTheDefaultsWithoutAnySource() throws {
    let configuration = try Configuration(in: surroundings())
    #expect(configuration.file == nil)
    #expect(configuration.sources.isEmpty)
    let options = configuration.options
    #expect(options.startTimeout == 10_000)
    #expect(options.watchdogEnd == 30_000)
    #expect(options.workers == 4)
    #expect(!options.isDebug)
    #expect(configuration.logLevel == .info)
    #expect(configuration.logFormat(isTerminal: true) == .pretty)
    #expect(configuration.logFormat(isTerminal: false) == .json)
  }

  @Test func prefersTheFlagToTheVariableAndTheVariableToTheFolder() throws {
    for name in ["orchestron.config.json", "variable.json", "flag.json"] { try folder.write(name, "{}") }
    let variable = ["ORCHESTRON_CONFIG": "variable.json"]
    #expect(try Configuration(in: surroundings()).file == "\(folder.path)/orchestron.config.json")
    #expect(try Configuration(in: surroundings(variable)).file == "\(folder.path)/variable.json")
    #expect(try Configuration(file: "flag.json", in: surroundings(variable)).file == "\(folder.path)/flag.json")
  }

  @Test func refusesANamedFileThatIsMissing() {
    #expect(refusal(file: "absent.json").contains("\(folder.path)/absent.json, named by --config, does not exist"))
    #expect(refusal(["ORCHESTRON_CONFIG": "absent.json"]).contains("named by ORCHESTRON_CONFIG, does not exist"))
  }

  @Test func setsVariablesOverTheFileAndFlagsOverVariables() throws {
    try folder.write(
      "orchestron.config.json",
      #"{"host":{"logLevel":"error","workers":2},"plugins":{"http":{"host":"::1","port":1,"wsPort":2}}}"#)
    let configuration = try Configuration(
      flags: ["plugins": ["http": ["port": 3]]],
      in: surroundings(["ORCHESTRON_PORT": "4", "ORCHESTRON_HOST": "127.0.0.1", "LOG_LEVEL": "warn"]))
    #expect(configuration.options.plugins["http"] == ["host": "127.0.0.1", "port": 3, "wsPort": 2])
    #expect(configuration.logLevel == .warning)
    #expect(configuration.options.workers == 2)
    #expect(
      configuration.sources.map(\.name) == [
        "\(folder.path)/orchestron.config.json", "LOG_LEVEL", "ORCHESTRON_HOST", "ORCHESTRON_PORT",
        "the command line",
      ])
  }

  @Test func readsEverySettingOfTheHost() throws {
    try folder.write(
      "orchestron.config.json",
      #"""
      {"host": {"logLevel": "trace", "logFormat": "json", "debug": true, "workers": 3, "startTimeoutMs": 4,
                "stopTimeoutMs": 5, "drainTimeoutMs": 6, "watchdog": {"warnMs": 7, "endMs": 8},
                "httpClient": {"allow": ["10.0.0.1"]}},
       "providers": {"storage": "sqlite"}, "pluginDirs": ["more", "/abs"], "disabled": ["x"]}
      """#)
    let configuration = try Configuration(in: surroundings())
    let options = configuration.options
    #expect(options.isDebug)
    #expect(options.workers == 3)
    #expect([options.startTimeout, options.stopTimeout, options.drainTimeout] == [4, 5, 6])
    #expect([options.watchdogWarning, options.watchdogEnd] == [7, 8])
    #expect(options.httpClientAllow == ["10.0.0.1"])
    #expect(options.providers == ["storage": "sqlite"])
    #expect(options.disabled == ["x"])
    #expect(configuration.pluginFolders == ["\(folder.path)/more", "/abs"])
    #expect(configuration.logLevel == .trace)
    #expect(configuration.logFormat(isTerminal: true) == .json)
  }

  @Test(arguments: [
    (#"{"host":{"logLvel":"info"}}"#, #"at "host.logLvel": unknown field "logLvel"; did you mean "logLevel"?"#),
    (#"{"plugin":{}}"#, #"at "plugin": unknown field "plugin"; did you mean "plugins"?"#),
    (#"{"host":{"watchdog":{"warnMS":1}}}"#, #"did you mean "warnMs"?"#),
    (#"{"host":{"workers":0}}"#, #"at "host.workers": "#),
    (#"{"host":{"logLevel":"loud"}}"#, #"at "host.logLevel": "#),
    (#"{"plugins":{"http":3}}"#, #"at "plugins.http": "#),
    (#"{"disabled":[1]}"#, #"at "disabled.0": "#),
    ("[]", "orchestron.config.json: "),
    ("{", "orchestron.config.json is not valid JSON"),
    (#"{"host":{},"host":{}}"#, #""host" stands twice"#),
  ])
  func namesTheFileThePlaceAndTheNearestKey(text: String, sentence: String) throws {
    try folder.write("orchestron.config.json", text)
    let refusal = refusal()
    #expect(refusal.hasPrefix("\(folder.path)/orchestron.config.json"))
    #expect(refusal.contains(sentence), "\(refusal)")
  }

  @Test(arguments: ["abc", "70000", "-1", "3001x"])
  func refusesAPortThatIsNone(text: String) {
    let refusal = refusal(["ORCHESTRON_PORT": text])
    #expect(refusal == "ORCHESTRON_PORT is \"\(text)\", which is no port; write 0 to 65535")
  }

  @Test func refusesALogLevelThatIsNone() {
    #expect(refusal(["LOG_LEVEL": "loud"]).hasPrefix(#"LOG_LEVEL, at "host.logLevel": "#))
  }

  @Test(arguments: [
    (["NODE_ENV": "development"], "info", HostLog.Format.pretty),
    (["NODE_ENV": "production"], "info", .json),
    (["NODE_ENV": "test"], "info", .json),
    (["DEBUG": "1"], "debug", .pretty),
    (["DEBUG": "*", "NODE_ENV": "production"], "debug", .pretty),
    (["DEBUG": "false"], "info", .json),
    (["DEBUG": "0"], "info", .json),
    (["DEBUG": ""], "info", .json),
    (["DEBUG": "1", "LOG_LEVEL": "ERROR"], "error", .pretty),
  ])
  func choosesTheLogByTheEnvironment(variables: [String: String], level: String, format: HostLog.Format) throws {
    let configuration = try Configuration(in: surroundings(variables))
    #expect(configuration.host["logLevel"]?.string == level)
    #expect(configuration.logFormat(isTerminal: false) == format)
  }

  @Test func warnsOfASectionForAPluginThatIsNotThere() throws {
    try folder.write("orchestron.config.json", #"{"plugins":{"htpt":{}}}"#)
    let warnings = try Configuration(in: surroundings()).unusedSections(among: [try manifest(id: "http")])
    #expect(
      warnings == [
        "\(folder.path)/orchestron.config.json configures the plugin \"htpt\", which was not found; did you mean \"http\"?"
      ])
  }

  @Test func namesTheSectionThatDoesNotFitAPluginsSchema() throws {
    try folder.write("orchestron.config.json", #"{"plugins":{"http":{"prot":1}}}"#)
    let violations = try Configuration(in: surroundings()).violations(among: [try manifest(id: "http")])
    #expect(violations.count == 1)
    #expect(violations.first?.message.contains(#"did you mean "port"?"#) == true)
  }

  @Test func showsDefaultsAndHidesSecrets() throws {
    try folder.write("orchestron.config.json", #"{"plugins":{"http":{"key":"k"},"gone":{"apiToken":"t","n":1}}}"#)
    let shown = try Configuration(in: surroundings()).shown(for: [try manifest(id: "http")])
    #expect(shown["plugins"]?["http"] == ["key": "[redacted]", "port": 3001])
    #expect(shown["plugins"]?["gone"] == ["apiToken": "[redacted]", "n": 1])
    #expect(shown["host"]?["workers"]?.int == 4)
  }

  private func manifest(id: String) throws -> Manifest {
    try Manifest(
      parsing: Array(
        #"""
        {"id": "\#(id)", "version": "1.0.0", "configSchema": {"type": "object", "additionalProperties": false,
         "properties": {"port": {"type": "integer", "default": 3001}, "key": {"type": "string", "writeOnly": true}}}}
        """#.utf8), folder: folder.path)
  }
}
