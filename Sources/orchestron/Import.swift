import ArgumentParser
import Glibc
import OrchestronHost

struct Import: Command {
  static let configuration = CommandConfiguration(
    abstract: "Take tasks over from a file of another tool.",
    discussion: """
      Importing the same file again changes only what has changed in it. What was interrupted is taken up where it \
      ended. `orchestron call imports.formats` lists the formats.

      Examples:
        orchestron import github issues.json --dry-run
        orchestron import jira export.csv --project API
        orchestron import todo TODO.md --json
      """)

  @Argument(help: "What the file is: github, jira, linear, taskwarrior, task_master, todo, json …")
  var format: String

  @Argument(help: "The file.")
  var file: String

  @Option(help: "The id or key of the project; the default one unless given.")
  var project: String?

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  /// The bytes of one call.
  private static let pieceSize = 1 << 20

  func perform() throws(Problem) {
    let source = try PieceFile(file)
    let session = try CallSession(place, for: "imports.begin")
    defer { session.end() }
    var opening: JSONObject = ["format": .string(format), "dryRun": .bool(dryRun)]
    if let project { opening["project"] = .string(project) }
    let begun = try session.call("imports.begin", JSON.object(opening).bytes)
    guard let id = begun["id"]?.string else {
      throw Problem(Failure(.internal, "imports.begin answered without an id"))
    }
    try source.forEachPiece(of: Import.pieceSize) { data, offset throws(Problem) in
      let arguments: JSON = ["id": .string(id), "offset": .int(Int64(offset)), "data": data]
      _ = try session.call("imports.feed", arguments.bytes, timeout: 3_600_000)
    }
    let result = try session.call(
      "imports.finish", (["id": .string(id), "size": .int(Int64(source.size))] as JSON).bytes, timeout: 24 * 3_600_000)
    if output.json { Output.json(result) } else { tell(result) }
  }

  /// Says what was done: the counts, and what was not taken over.
  private func tell(_ result: JSON) {
    for (name, count) in result["counts"]?.object ?? [:] { Output.line("\(name): \(count.text)") }
    let problems = result["report"]?["problems"]?.array ?? []
    for problem in problems.prefix(20) {
      Output.line("row \(problem["row"]?.text ?? "?"): \(problem["message"]?.string ?? problem.text)")
    }
    if problems.count > 20 { Output.line("… and \(problems.count - 20) more; --json shows them") }
  }
}
