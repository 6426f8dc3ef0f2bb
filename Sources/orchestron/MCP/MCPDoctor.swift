import ArgumentParser
import Glibc
import OrchestronHost

struct MCPDoctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Test what is installed in MCP clients, as they would use it.",
    discussion: """
      Looks into the files of all clients and scopes, starts what they name, or connects to it, and asks for its \
      tools. Exit code 0 when all of it works, else 1.

      Examples:
        orchestron mcp doctor
        orchestron mcp doctor --client claude-desktop --json
      """)

  @Option(help: ArgumentHelp("Only this client: claude-code or claude-desktop.", valueName: "name"))
  var client: ClientProgram?

  @Option(help: ArgumentHelp("The server's name in the clients.", valueName: "name"))
  var name = "orchestron"

  @OptionGroup var output: OutputOptions

  func run() throws {
    var examination = Examination()
    examination.examineClients(client.map { [$0] } ?? ClientProgram.allCases, server: name)
    try examination.tell(output)
  }
}

extension Examination {
  fileprivate mutating func examineClients(_ clients: [ClientProgram], server name: String) {
    let surroundings = Surroundings.current()
    var isInstalled = false
    for client in clients {
      for scope in client.scopes {
        do throws(Failure) {
          let place = try client.place(scope, name: name, in: surroundings)
          do throws(Failure) {
            guard let server = try ClientFile(place.file).text.value.at(place.path) else { continue }
            isInstalled = true
            add(place.title, .ok, place.file)
            examine(server, of: place, surroundings)
          } catch {
            add(place.title, .failed, error.message)
          }
        } catch {
          return add("clients", .failed, error.message)
        }
      }
    }
    guard !isInstalled else { return }
    let client = clients[0].rawValue
    add("clients", .failed, "none has a server \"\(name)\"; `orchestron mcp install --client \(client)` writes it")
  }

  private mutating func examine(_ server: JSON, of place: ClientProgram.Place, _ surroundings: Surroundings) {
    do throws(Problem) {
      let server = try asProblem { () throws(Failure) in
        place.client == .claudeCode ? try server.expanded(surroundings.variables) : server
      }
      if let url = server["url"]?.string {
        let headers = (server["headers"]?.object ?? [:]).map { "\($0.key): \($0.value.string ?? "")" }
        try question("\(place.title), \(url)", WebServer(url: url, headers: headers).ask)
      } else {
        try examineProgram(server, of: place, surroundings)
      }
    } catch {
      add(place.title, .failed, error.failure.message)
    }
  }

  private mutating func examineProgram(
    _ server: JSON, of place: ClientProgram.Place, _ surroundings: Surroundings
  ) throws(Problem) {
    let command = server["command"]?.string ?? ""
    let again = "`orchestron mcp install --client \(place.client.rawValue) --scope \(place.scope.rawValue)`"
    guard command.hasPrefix("/"), access(command, X_OK) == 0 else {
      return add(place.title, .failed, "the program \"\(command)\" is not there; \(again) writes it anew")
    }
    // What Claude Desktop hands on; a server that needs more than this works from some terminals alone.
    var variables: [String: String] = [:]
    for name in ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"] { variables[name] = surroundings[name] }
    for (name, value) in server["env"]?.object ?? [:] { variables[name] = value.string }
    let words = [command] + (server["args"]?.array ?? []).compactMap(\.string)
    let child = try asProblem { () throws(Failure) in try ChildServer(words, in: place.folder, variables) }
    try question(place.title, child.ask)
    let code = child.end()
    if code != 0 {
      add(
        place.title, .failed,
        code.map { "ended with code \($0) when its input ended" } ?? "did not end when its input ended")
    }
  }

  /// Asks who the server is and what it offers.
  private mutating func question(_ title: String, _ ask: (Question) throws(Problem) -> JSON) throws(Problem) {
    let start = Stopwatch.now
    let discovery = try ask(Question(method: "server/discover"))
    let time = Stopwatch.now - start
    let versions = (discovery["supportedVersions"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    add(title, .ok, "answers after \(time) ms; MCP \(versions)")
    let tools = try Question.tools(ask)
    add(title, tools.isEmpty ? .warning : .ok, "\(tools.count) \(tools.count == 1 ? "tool" : "tools")")
  }
}

extension JSON {
  /// With `${NAME}` and `${NAME:-otherwise}` in all texts replaced, as Claude Code does it.
  fileprivate func expanded(_ variables: [String: String]) throws(Failure) -> JSON {
    switch self {
    case .string(let text): return .string(try JSON.expanded(text, variables))
    case .array(let elements):
      var all: [JSON] = []
      for element in elements { all.append(try element.expanded(variables)) }
      return .array(all)
    case .object(var object):
      for (key, value) in object { object[key] = try value.expanded(variables) }
      return .object(object)
    default: return self
    }
  }

  private static func expanded(_ text: String, _ variables: [String: String]) throws(Failure) -> String {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    var result = String(parts[0])
    for part in parts.dropFirst() {
      guard part.first == "{", let end = part.firstIndex(of: "}") else {
        result += "$" + part
        continue
      }
      let words = String(part[..<end].dropFirst())
      let name = String(words.prefix { $0 != ":" })
      guard
        let value = variables[name] ?? (words.hasPrefix(name + ":-") ? String(words.dropFirst(name.count + 2)) : nil)
      else {
        throw Failure(.failedPrecondition, "the variable \(name) is not set where the client starts; set it there")
      }
      result += value + part[part.index(after: end)...]
    }
    return result
  }
}
