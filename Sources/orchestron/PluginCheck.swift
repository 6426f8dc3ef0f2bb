import ArgumentParser
import Glibc
import OrchestronHost

struct PluginCheck: Command {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a plugin: its files, its life, every method.",
    discussion: """
      Each check runs in a process of its own. Prints `ok NAME`, `FAIL NAME: reason` or `skip NAME: reason` for each, and at
      last `N passed, N failed`. Exits with 0 when nothing failed, with 1 when something did.

      Methods are called with their examples, and with arguments that nobody should send, in an empty storage folder. What
      the plugin requires is taken from the installed plugins and from --plugin-dir.

      Examples:
        orchestron plugin check ./my-plugin
        orchestron plugin check ./build/libmy-plugin.so --json
      """)

  @Argument(help: "The plugin's folder, or its library.")
  var path: String

  @Option(
    help: ArgumentHelp("A configuration file, for a plugin that cannot start without settings.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("plugin-dir"),
    help: ArgumentHelp("A folder of plugins that this one requires; may be repeated.", valueName: "folder"))
  var pluginDirs: [String] = []

  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    var validation = try asProblem { () throws(Failure) in try prepare() }
    var results: [CheckResult] = []
    try asProblem { () throws(Failure) in
      try validation.run { result in
        results.append(result)
        if !output.json { show(result) }
      }
    }
    let failed = results.count(where: \.hasFailed)
    let passed = results.count { $0.outcome == .passed }
    if output.json {
      Output.json([
        "passed": .int(Int64(passed)), "failed": .int(Int64(failed)), "checks": .array(results.map(\.json)),
      ])
    } else {
      Output.line("\(passed) passed, \(failed) failed")
    }
    if failed > 0 { Glibc.exit(1) }
  }

  private func prepare() throws(Failure) -> Validation {
    let surroundings = Surroundings.current()
    let configuration = try Configuration(file: config, in: surroundings)
    var options = configuration.options
    options.pluginRoots = PluginPath.roots(configuration, flags: pluginDirs, in: surroundings)
    return try Validation(
      path,
      Validation.Setup(
        childCommand: [PluginGroup._commandName, PluginCheckRun._commandName], options: options,
        surroundings: surroundings))
  }

  private func show(_ result: CheckResult) {
    Output.line(result.line)
    for line in result.output { Output.standardError("    | \(line)\n") }
  }
}

/// The process of one check, which `plugin check` starts.
struct PluginCheckRun: Command {
  static let configuration = CommandConfiguration(commandName: "run-check", shouldDisplay: false)

  @Argument var workspace: String
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    try asProblem { () throws(Failure) in try CheckRun.perform(in: workspace) }
  }
}
