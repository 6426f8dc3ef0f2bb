import PluginKit

extension MCPClient {
  static var serverMethods: Service<MCPClient> {
    Service("mcp_servers", version: "1.0.0", doc: "The MCP servers whose tools are services here.") {
      Method(
        "list", [.read, .idempotent], doc: "Lists the servers with their tools and what is wrong with them.",
        route: "GET /api/mcp-servers", permission: "admin", result: .json(schema: ServerText.list),
        examples: #"[{"args":{},"result":{"items":[]}}]"#
      ) { client, call in
        var json = JSONWriter()
        json.beginObject()
        json.key("items")
        json.beginArray()
        for server in client.servers.all { server.write(to: &json) }
        json.endArray()
        json.endObject()
        call.answer(json)
      }
      Method(
        "add", [.write], doc: "Adds a server, which is used from now on and after each start.",
        route: "POST /api/mcp-servers", permission: "admin",
        parameters: [
          .string("name", "[a-z][a-z0-9_]*, at most 40 characters: its tools are the service mcp_<name>."),
          .json(
            "server", "How it is reached, as in the configuration: command, args, env, cwd, or url, headers.",
            schema: ServerText.definition),
        ], result: .json(schema: ServerText.server), examples: ServerText.addExamples
      ) { client, call in
        let definition = try client.servers.host.parse(try call.json("server"))
        call.answer(json: try client.servers.add(try call.string("name"), definition).description)
      }
      Method.async(
        "test", [.write],
        doc: "Connects to a server once more, also to one that is disabled, and tells what it finds, or what is wrong.",
        route: "POST /api/mcp-servers/{name}/test", permission: "admin", parameters: [ServerText.name],
        result: .json(schema: ServerText.findings), examples: ServerText.unknownExamples
      ) { client, call in
        let server = try client.servers.get(try call.string("name"))
        call.answer(json: await server.test())
      }
      Method(
        "restart", [.write, .idempotent], doc: "Ends the connection to a server and makes a new one.",
        route: "POST /api/mcp-servers/{name}/restart", permission: "admin", parameters: [ServerText.name],
        result: .json(schema: ServerText.server), examples: ServerText.unknownExamples
      ) { client, call in
        call.answer(json: try client.servers.restart(try call.string("name")).description)
      }
      Method(
        "remove", [.destructive], doc: "Removes a server that was added, and its service.",
        route: "DELETE /api/mcp-servers/{name}", permission: "admin", parameters: [ServerText.name],
        examples: ServerText.removeExamples
      ) { client, call in
        try client.servers.remove(try call.string("name"))
        call.answer()
      }
    }
  }
}
