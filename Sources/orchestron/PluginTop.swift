import ArgumentParser
import Glibc
import OrchestronHost

struct PluginTop: Command {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show what the plugins of the running host are doing.",
    discussion: """
      LOOP is the share of the loop's time that a plugin has used since the line before; calls and events are per \
      second. A plugin whose LONG grows has kept the loop for longer than it may. On a terminal the table is drawn \
      anew until Ctrl-C.

      Examples:
        orchestron plugin top
        orchestron plugin top --interval 10 --count 6
        orchestron plugin top --count 1 --json
      """)

  @Option(help: ArgumentHelp("Seconds between two tables.", valueName: "seconds"))
  var interval = 2.0

  @Option(help: ArgumentHelp("End after this many tables.", valueName: "number"))
  var count: Int?

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (0.1...3600).contains(interval) else { throw ValidationError("--interval is from 0.1 to 3600 seconds.") }
    if let count, count < 1 { throw ValidationError("--count is at least 1.") }
  }

  func perform() throws(Problem) {
    let client = try asProblem { () throws(Failure) in
      try Joining.require(try Place(place).storage, for: "plugin top")
    }
    var before = try Reading(of: client)
    for number in 1...(count ?? .max) {
      usleep(useconds_t(interval * 1e6))
      let now = try Reading(of: client)
      let uses = now.uses(since: before)
      before = now
      if output.json {
        Output.line((["items": .array(uses.map(\.json)), "next": .null] as JSON).text)
      } else {
        // A terminal is cleared; elsewhere one table follows another.
        if Output.isTerminal { Output.text("\u{1B}[H\u{1B}[2J") } else if number > 1 { Output.line("") }
        Output.table(Use.header, uses.map(\.cells))
      }
    }
  }

  /// What the plugins had used at a moment.
  private struct Reading {
    private let nanoseconds: UInt64
    private let plugins: [JSON]

    init(of client: ControlClient) throws(Problem) {
      plugins = try client.call("host.plugins")["items"]?.array ?? []
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      nanoseconds = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// What they have used since; whoever uses most of the loop first.
    func uses(since before: Reading) -> [Use] {
      let seconds = Double(nanoseconds - before.nanoseconds) / 1e9
      let uses = plugins.map { plugin in
        Use(plugin, since: before.plugins.first { $0["id"] == plugin["id"] }, seconds: seconds)
      }
      return uses.sorted { ($1.loop, $0.id) < ($0.loop, $1.id) }
    }
  }

  /// What a plugin has used in a while.
  private struct Use {
    let id: String
    let loop: Double
    private let state: String
    private let callsIn: Double
    private let callsOut: Double
    private let published: Double
    private let delivered: Double
    private let failures: Int64
    private let faults: Int64
    private let longTurns: Int64

    init(_ plugin: JSON, since before: JSON?, seconds: Double) {
      func count(_ name: String) -> Int64 { plugin["accounts"]?[name]?.int ?? 0 }
      // A plugin that was started anew counts from zero.
      func rate(_ name: String) -> Double {
        Double(max(0, count(name) - (before?["accounts"]?[name]?.int ?? 0))) / seconds
      }
      id = plugin["id"]?.string ?? ""
      state = plugin["state"]?.string ?? ""
      loop = rate("loopMicroseconds") / 1e6
      callsIn = rate("callsIn")
      callsOut = rate("callsOut")
      published = rate("published")
      delivered = rate("delivered")
      failures = count("failures")
      faults = count("faults")
      longTurns = count("longTurns")
    }

    static let header = [
      "ID", "STATE", "LOOP", "CALLS/S", "CALLING/S", "EVENTS/S", "HEARD/S", "FAILURES", "FAULTS", "LONG",
    ]

    var cells: [String] {
      [
        id, state, "\(Use.text(loop * 100))%", Use.text(callsIn), Use.text(callsOut), Use.text(published),
        Use.text(delivered), "\(failures)", "\(faults)", "\(longTurns)",
      ]
    }

    var json: JSON {
      [
        "id": .string(id), "state": .string(state), "loop": .double(loop), "callsInPerSecond": .double(callsIn),
        "callsOutPerSecond": .double(callsOut), "publishedPerSecond": .double(published),
        "deliveredPerSecond": .double(delivered), "failures": .int(failures), "faults": .int(faults),
        "longTurns": .int(longTurns),
      ]
    }

    /// With one decimal.
    private static func text(_ number: Double) -> String {
      let tenths = Int((number * 10).rounded())
      return "\(tenths / 10).\(tenths % 10)"
    }
  }
}
