import ArgumentParser
import OrchestronHost

struct ConfigSet: Command {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change the configuration of the running host, and its file.",
    discussion: """
      A key begins with host or with the id of a plugin. A value is JSON; what is no JSON is text; null goes back to the \
      default. All keys change together, or none. Only what a schema marks with x-runtime changes so: the rest is written \
      into the file by hand and takes a restart.

      Examples:
        orchestron config set host.logLevel=debug
        orchestron config set http.accessLog=true http.limits.requestsPerSecond=20
        orchestron config set 'http.allowedOrigins=["https://board.example"]'
      """)

  @Argument(help: ArgumentHelp("What changes.", valueName: "key=value"))
  var changes: [String]

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let client: ControlClient
    let patch: JSON
    do throws(Failure) {
      patch = try ConfigSet.patch(changes)
      client = try Joining.require(try Place(place).storage, for: "a change of its configuration")
    } catch {
      throw Problem(error)
    }
    let answer = try client.call("host.configure", patch.bytes)
    if output.json { return Output.json(answer) }
    Output.line(
      answer["file"]?.string.map { "set in \($0)" } ?? "set until the host ends; it has no configuration file")
  }

  /// The arguments of `host.configure` for words such as `http.accessLog=true`.
  static func patch(_ words: [String]) throws(Failure) -> JSON {
    var patch: JSON = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
      var steps = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
      if steps.first != "host", steps.first != "plugins" { steps.insert("plugins", at: 0) }
      guard parts.count == 2, steps.count > (steps[0] == "host" ? 1 : 2), !steps.contains("") else {
        throw Failure(
          .invalidArgument, "\"\(word)\" is no change; write host.key=value, or the id of a plugin in place of host")
      }
      var value = (try? JSON(parsing: parts[1], duplicateKeys: .refused)) ?? .string(parts[1])
      for step in steps.reversed() { value = [step: value] }
      patch = patch.overlaid(by: value)
    }
    return patch
  }
}
