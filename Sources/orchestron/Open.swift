import ArgumentParser
import Glibc
import OrchestronHost

struct Open: Command {
  static let configuration = CommandConfiguration(
    abstract: "Open the dashboard of the running host in a browser, signed in.",
    discussion: """
      The link is good once, for a minute. Without a desktop it is only printed.

      Examples:
        orchestron open
        orchestron open --print
      """)

  @Flag(help: "Only print the link.")
  var print = false

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let storage = try asProblem { () throws(Failure) in try Place(place).storage }
    let client = try asProblem { () throws(Failure) in try Joining.require(storage, for: "open") }
    guard let base = HostLock.holder(of: storage)?.addresses["http"] else {
      throw Problem(
        Failure(.unavailable, "the host of \(storage) serves no HTTP; start it with the plugin http"), plugin: "host")
    }
    let entrance = try Entrance(to: base) { method throws(Problem) in try client.call(method, Array("{}".utf8)) }
    let isOpened = try print ? false : asProblem { () throws(Failure) in try browse(entrance.link, storage) }
    if output.json {
      var answer: JSONObject = ["link": .string(entrance.link), "opened": .bool(isOpened)]
      answer["expiresAt"] = entrance.expiresAt.map { .string($0) }
      Output.json(.object(answer))
    } else {
      Output.line(entrance.link)
    }
  }

  /// Opens the user's browser.
  ///
  /// The browser is given a page of the storage folder that leads to the link: what stands in the arguments of a program,
  /// everybody on the machine can read.
  ///
  /// - Returns: False where there is no desktop.
  private func browse(_ link: String, _ storage: String) throws(Failure) -> Bool {
    guard ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].contains(where: { getenv($0 as String) != nil }) else {
      return false
    }
    let page = "\(storage)/open.html"
    let text = #"<!doctype html><meta http-equiv="refresh" content="0;url=\#(link)"><a href="\#(link)">Enter</a>"#
    let file = try OutputFile(page, replaces: true)
    try file.write(Array(text.utf8))
    try file.finish()
    return start("xdg-open", page)
  }

  /// Starts a program that stays when this command ends, and says nothing.
  ///
  /// - Returns: False when there is none of that name.
  private func start(_ program: String, _ argument: String) -> Bool {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for file in 0...2 as ClosedRange<CInt> { posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_RDWR, 0) }
    // POSIX_SPAWN_SETSID, which glibc shows to GNU sources alone.
    posix_spawnattr_setflags(&attributes, 0x80)
    var words: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(argument), nil]
    defer { words.forEach { free($0) } }
    return posix_spawnp(nil, program, &actions, &attributes, &words, environ) == 0
  }
}
