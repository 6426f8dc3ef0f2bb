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
      let isBackground = HostLock.holder(of: storage)?.isBackground == true
      let fix = isBackground ? "start `orchestron run`, which takes over from it" : "start it with the plugin http"
      throw Problem(Failure(.unavailable, "the host of \(storage) serves no HTTP; \(fix)"), plugin: "host")
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
    return (try? Program.startDetached(["xdg-open", page])) != nil
  }
}
