import ArgumentParser
import Glibc
import OrchestronHost

struct Call: Command {
  static let configuration = CommandConfiguration(
    abstract: "Call a method.",
    discussion: """
      Arguments are written name=value, or all together as one JSON object. A value is read as the type that the \
      method declares: text stays as it is; numbers, true, false and JSON are parsed; bytes are base64. For JSON and \
      bytes, name=@FILE takes the content of a file.

      Uses the host that runs in the storage folder, or starts the plugins needed for the moment of the call. The \
      answer is printed as JSON; a stream as one line per chunk.

      Examples:
        orchestron call rice.score reach=1000 impact=2 confidence=0.8 effort=4
        orchestron call tasks.create --json '{"title":"Buy milk"}'
        orchestron call tasks.list limit=10 --timeout 2
      """)

  @Argument(help: ArgumentHelp("The method.", valueName: "service.method"))
  var method: String

  @Argument(help: ArgumentHelp("Arguments, or one JSON object of them.", valueName: "name=value"))
  var arguments: [String] = []

  @OptionGroup var place: PlaceOptions

  @Option(help: ArgumentHelp("Give up after this time; 30 unless given.", valueName: "seconds"))
  var timeout: Double?

  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let words = try asProblem { () throws(Failure) in try CallArguments(arguments) }
    let limit = try asProblem { () throws(Failure) in try milliseconds }
    let session = try CallSession(place, for: method)
    defer { session.end() }
    let declaration = words.needDeclaration ? try session.describe(method) : .null
    let json = try asProblem { () throws(Failure) in try words.json(for: declaration) }
    Output.json(try session.call(method, json, timeout: limit) { Output.line($0.text) })
  }

  private var milliseconds: Int64 {
    get throws(Failure) {
      guard let timeout else { return 0 }
      guard timeout >= 0.001, timeout <= 86_400 else {
        throw Failure(.invalidArgument, "--timeout is \(timeout); write seconds from 0.001 to 86400")
      }
      return Int64(timeout * 1000)
    }
  }
}
