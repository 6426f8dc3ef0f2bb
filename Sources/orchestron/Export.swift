import ArgumentParser
import OrchestronHost

struct Export: Command {
  static let configuration = CommandConfiguration(
    abstract: "Write tasks as JSON, CSV or Markdown.",
    discussion: """
      Goes to standard output unless a file is named. `orchestron import json` and `csv` read it back.

      Examples:
        orchestron export > tasks.json
        orchestron export --format csv --status todo --status in_progress --file open.csv
        orchestron export --format markdown --project '*'
      """)

  @Option(help: "json, ndjson, csv or markdown.")
  var format = "json"

  @Option(help: "Only tasks with this status; may be repeated.")
  var status: [String] = []

  @Option(help: "The id or key of a project, * for all; the default one unless given.")
  var project: String?

  @Option(help: "The file to write.")
  var file: String?

  @Flag(help: "Replace a file of that name.")
  var force = false

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    var arguments: JSONObject = ["format": .string(format)]
    if !status.isEmpty { arguments["status"] = .array(status.map(JSON.string)) }
    if let project { arguments["project"] = .string(project) }
    let target: OutputFile?
    if let file {
      target = try asProblem { () throws(Failure) in try OutputFile(file, replaces: force) }
    } else {
      target = nil
    }
    do throws(Problem) {
      let session = try CallSession(place, for: "tasks.export")
      defer { session.end() }
      var failure: Failure?
      let answer = try session.call("tasks.export", JSON.object(arguments).bytes, timeout: 3_600_000) { chunk in
        guard failure == nil, let text = chunk.string else { return }
        guard let target else { return Output.text(text) }
        do throws(Failure) { try target.write(Array(text.utf8)) } catch { failure = error }
      }
      if let failure { throw Problem(failure) }
      guard let target, let file else { return }
      try asProblem { () throws(Failure) in try target.finish() }
      if output.json { Output.json(answer) } else { Output.line("\(file): \(answer["tasks"]?.int ?? 0) tasks") }
    } catch {
      target?.discard()
      throw error
    }
  }
}
