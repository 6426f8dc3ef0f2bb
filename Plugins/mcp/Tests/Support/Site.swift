import PluginKit
import PluginTesting

@testable import MCPPlugin

/// The plugin on a fake host, which has a few methods, and clients of both eras.
@Loop
struct Site {
  let host: FakeHost

  /// Runs `body` with it.
  nonisolated static func run(
    _ config: JSON = [:], _ body: @Loop (Site) throws -> Void
  ) async throws {
    try await FakeHost.run(mcpEntry, config: config) { host in
      host.answer("host.services", with: .success(services))
      try body(Site(host: host))
    }
  }

  struct Reply {
    var code: Int
    var headers: [String]
    var json: JSON

    var error: Int64? { json["error"]?["code"]?.int }
    var result: JSON? { json["result"] }
  }

  // MARK: Requests

  static let json = ["Content-Type: application/json", "Accept: application/json, text/event-stream"]

  func post(_ body: String, _ headers: [String] = json, path: String = "/mcp") -> FakeRequest {
    host.request("POST \(path)", headers: headers, body: body)
  }

  /// The answer, as JSON or as the last event.
  func reply(_ request: FakeRequest) -> Reply {
    let isEvents = request.headers.contains("Content-Type: text/event-stream")
    let text = isEvents ? (events(request).last?.text ?? "null") : request.body
    return Reply(code: request.code, headers: request.headers, json: (try? JSON(parsing: text)) ?? .null)
  }

  func events(_ request: FakeRequest) -> [JSON] {
    request.body.split(separator: "\n").filter { $0.hasPrefix("data: ") }
      .compactMap { try? JSON(parsing: String($0.dropFirst(6))) }
  }

  static func meta(_ more: [String: JSON] = [:], capabilities: JSON = [:]) -> JSON {
    .object(
      [
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities,
        "io.modelcontextprotocol/clientInfo": ["name": "tests", "version": "1"],
      ].merging(more) { $1 })
  }

  func open(
    _ method: String, _ params: [String: JSON] = [:], id: JSON = 1, meta: JSON = meta(), headers: [String]? = nil
  ) -> FakeRequest {
    let params = params.merging(["_meta": meta]) { $1 }
    let body: JSON = ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(params)]
    var lines = Site.json + ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: \(method)"]
    if let name = (params["name"] ?? params["uri"])?.string { lines.append("Mcp-Name: \(name)") }
    return post(body.text, headers ?? lines)
  }

  /// A modern request and its answer.
  func ask(
    _ method: String, _ params: [String: JSON] = [:], id: JSON = 1, meta: JSON = meta(), headers: [String]? = nil
  ) -> Reply {
    reply(open(method, params, id: id, meta: meta, headers: headers))
  }

  /// Calls a tool; the result.
  func call(_ tool: String, _ arguments: JSON = [:], capabilities: JSON = [:]) -> JSON {
    ask("tools/call", ["name": .string(tool), "arguments": arguments], meta: Site.meta(capabilities: capabilities)).json
  }

  // MARK: Sessions

  /// Begins a session; its id.
  func initialize(_ version: String = "2025-11-25", capabilities: JSON = [:]) -> (id: String, reply: Reply) {
    let body: JSON = [
      "jsonrpc": "2.0", "id": 0, "method": "initialize",
      "params": [
        "protocolVersion": .string(version), "capabilities": capabilities,
        "clientInfo": ["name": "old", "version": "1"],
      ],
    ]
    let reply = reply(post(body.text))
    let line = reply.headers.first { $0.hasPrefix("Mcp-Session-Id: ") } ?? ""
    return (String(line.dropFirst("Mcp-Session-Id: ".count)), reply)
  }

  func inSession(_ session: String, _ method: String, _ params: JSON? = nil, id: JSON? = 1) -> FakeRequest {
    var body: [String: JSON] = ["jsonrpc": "2.0", "method": .string(method)]
    body["id"] = id
    body["params"] = params
    return post(JSON.object(body).text, Site.json + ["Mcp-Session-Id: \(session)"])
  }

  // MARK: The methods that there are

  private static func method(
    _ name: String, _ effects: [JSON], _ doc: String, params: [JSON] = [], result: JSON = ["type": "j"]
  ) -> JSON {
    [
      "name": .string(name), "effects": .array(effects), "doc": .string(doc), "params": .array(params),
      "result": result,
    ]
  }

  private static let id: JSON = [
    "name": "id", "type": "s", "required": true, "schema": ["type": "string", "description": "The key"],
  ]
  private static let limit: JSON = [
    "name": "limit", "type": "i", "required": false,
    "schema": ["type": ["integer", "null"], "format": "int64", "default": .null, "description": "At most"],
  ]
  private static let title: JSON = [
    "name": "title", "type": "s", "required": false,
    "schema": [
      "type": ["string", "null"], "default": .null, "pattern": "[^ ]", "x-must": "have something to see",
      "description": "What it is called",
    ],
  ]
  private static let assignee: JSON = [
    "name": "assignee", "type": "s", "required": false,
    "schema": [
      "type": ["string", "null"], "minLength": 1, "default": .null, "pattern": "[^ ]",
      "x-must": "have something to see", "description": "Who does it",
    ],
  ]
  private static let entity: JSON = [
    "type": "j", "schema": ["type": "object", "properties": ["key": ["type": "string"]]],
  ]

  static let services: JSON = [
    "items": [
      [
        "name": "tasks", "doc": "What is to be done.", "plugin": "core",
        "methods": [
          method("list", ["read", "idempotent"], "The tasks that match.", params: [limit]),
          method("get", ["read", "idempotent"], "A task by its key.", params: [id], result: entity),
          method("create", ["write", "creates"], "Makes a task.", result: entity),
          method("update", ["write", "idempotent"], "Changes a task.", params: [id, title, assignee], result: entity),
          method("delete", ["write", "destructive"], "Deletes a task.", params: [id]),
        ],
      ],
      [
        "name": "sprints", "doc": "What a project does in a stretch of days.", "plugin": "core",
        "methods": [
          method("burndown", ["read"], "What was left of a sprint, day by day.", params: [id]),
          method("addTasks", ["write"], "Takes tasks into a sprint."),
        ],
      ],
      [
        "name": "users", "doc": "Who may sign in.", "plugin": "auth",
        "methods": [
          [
            "name": "list", "effects": ["read"], "doc": "All users.", "params": [], "result": ["type": "j"],
            "permission": "admin",
          ]
        ],
      ],
      [
        "name": "mcp_files", "doc": "Tools of another server.", "plugin": "mcp-client",
        "methods": [
          method("readFile", ["read"], "Reads a file.", params: [id]), method("removeFile", ["destructive"], ""),
        ],
      ],
      ["name": "mcp", "doc": "Itself.", "plugin": "mcp", "methods": [method("open", ["read"], "Never shown.")]],
    ]
  ]
}
