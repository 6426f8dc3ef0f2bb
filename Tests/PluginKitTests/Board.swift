import CPluginSDK
import PluginKit

// The example of docs/plugin-authors/web.md, word for word between the two marks.
// begin
/// A board: a page with its files, a plain answer, a channel, and a body that is read while it comes.
final class Board: Plugin {
  static let id = "board"
  static let version = "1.0.0"

  private let host: Host
  private var open: [ObjectIdentifier: WebSocket] = [:]

  init(host: Host, config: JSONValue) { self.host = host }

  func start() throws {
    // The folder `web` beside plugin.json: /board/ is its index.html.
    try host.files("/board/", [.page], folder: "web", headers: ["Content-Security-Policy: default-src 'self'"])

    try host.route("GET /board/hello/{name}") { exchange in
      exchange.respond(200, ["Content-Type: text/plain"], "hello \(exchange.parameter("name") ?? "")\n")
    }

    try host.route("GET /board/live") { [unowned self] exchange in
      guard let socket = try? exchange.upgrade() else { return }  // It was no handshake, and is answered.
      open[ObjectIdentifier(socket)] = socket
      socket.onMessage = { [unowned self] message in for client in open.values { client.send(message) } }
      socket.onClose = { [unowned self, unowned socket] _ in open[ObjectIdentifier(socket)] = nil }
    }

    try host.route("POST /board/size", [.streamed]) { exchange in
      let kept = exchange.retain()
      Loop.task {
        var count = 0
        while let part = try await kept.nextPart() { count += part.bytes.count }
        kept.exchange.respond(200, ["Content-Type: text/plain"], "\(count)\n")
      }
    }
  }
}
// end

@Loop
func boardEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Board.entry(host)
}
