import ArgumentParser
import OrchestronHost

struct Events: Command {
  static let configuration = CommandConfiguration(
    abstract: "Follow the events of the running host, one JSON line each.",
    discussion: """
      A topic pattern is a topic whose segments may be *, which stands for one segment, or as the last one for any \
      rest. With --since, the durable events after that place come first.

      Examples:
        orchestron events
        orchestron events --topic 'task:*' --topic sprint:started
        orchestron events --topic 'task:*' --since 1042 --count 10
      """)

  @Option(
    name: .customLong("topic"),
    help: ArgumentHelp("A topic pattern; may be repeated. All unless given.", valueName: "pattern"))
  var topics: [String] = []

  @Option(help: ArgumentHelp("Begin after this place of the durable log.", valueName: "seq"))
  var since: UInt64?

  @Option(help: ArgumentHelp("The id of the log that --since belongs to.", valueName: "id"))
  var log: String?

  @Option(help: ArgumentHelp("End after this many events.", valueName: "number"))
  var count: Int?

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let client = try asProblem { () throws(Failure) in
      try Joining.require(try Place(place).storage, for: "events")
    }
    var params: JSONObject = ["topics": .array((topics.isEmpty ? ["*"] : topics).map { .string($0) })]
    params["since"] = since.map { .int(Int64(clamping: $0)) }
    params["log"] = log.map { .string($0) }
    _ = try client.call("subscribe", JSON.object(params).bytes)
    var left = count ?? .max
    while left > 0 {
      let note = try asProblem { () throws(Failure) in try client.next() }
      var data = note.params.object ?? [:]
      data["subscription"] = nil
      switch note.method {
      case "event":
        Output.line(JSON.object(data).text)
        left -= 1
      case "lost", "resync":
        // Not an event, but nobody who follows may miss it.
        Output.line(JSON.object([note.method: .object(data)]).text)
      default: break
      }
    }
  }
}
