import CFakeHost
import CPluginSDK
public import PluginKit

/// A request of an MCP client, made by ``FakeHost/tool(_:_:capabilities:state:replies:)`` and the like. It belongs to its
/// host.
@Loop
public struct FakeMCPCall {
  let raw: OpaquePointer

  /// What the call was answered with, also when that is a failure; nil before there is an answer.
  public var status: Status? { fake_mcp_status(raw) == -1 ? nil : Status(fake_mcp_status(raw)) }
  /// The result as MCP writes it; of a completion `{"values": […]}`.
  public var result: JSON? { json(fake_mcp_result(raw)) }
  /// What the client is asked, and what goes along.
  public var questions: JSON? { json(fake_mcp_questions(raw)) }
  public var state: String { String(cString: fake_mcp_state(raw)) }
  /// Of a failure.
  public var message: String { String(cString: fake_mcp_message(raw)) }
  public var details: JSON? { json(fake_mcp_details(raw)) }
  /// What was said on the way: `LEVEL LOGGER DATA` and `PROGRESS/TOTAL MESSAGE`.
  public var lines: [String] { String(cString: fake_mcp_lines(raw)).split(separator: "\n").map(String.init) }

  /// The client goes.
  public func cancel() { fake_mcp_cancel(raw) }

  private func json(_ text: UnsafePointer<CChar>?) -> JSON? { text.flatMap { try? JSON(parsing: String(cString: $0)) } }
}

@Loop
extension FakeHost {
  /// Calls a tool. Whoever asks may do everything, and can answer all questions; arguments are not checked against the schema.
  ///
  /// - Parameters:
  ///   - arguments: A JSON object.
  ///   - capabilities: What the client can do, a JSON object.
  ///   - state: What ``MCPAnswer/ask(_:state:)`` gave in the round before.
  ///   - replies: The answers to its questions, a JSON object.
  /// - Returns: nil when no tool has that name.
  public func tool(
    _ name: String, _ arguments: String = "{}", capabilities: String = "", state: String = "", replies: String = ""
  ) -> FakeMCPCall? {
    ask(ORCH_MCP_TOOL, name, arguments, capabilities, state, replies)
  }

  /// Gets a prompt; see ``tool(_:_:capabilities:state:replies:)``.
  public func prompt(
    _ name: String, _ arguments: String = "{}", capabilities: String = "", state: String = "", replies: String = ""
  ) -> FakeMCPCall? {
    ask(ORCH_MCP_PROMPT, name, arguments, capabilities, state, replies)
  }

  /// Reads a resource, also one that a template makes.
  public func read(_ uri: String) -> FakeMCPCall? { ask(ORCH_MCP_RESOURCE, uri, "{}", "", "", "") }

  /// Completes an argument of a prompt or a template; nil when that proposes none.
  ///
  /// - Parameters:
  ///   - kind: `ORCH_MCP_PROMPT` or `ORCH_MCP_TEMPLATE`.
  ///   - arguments: What is typed and what was chosen, a JSON object.
  public func complete(_ kind: Int, _ name: String, argument: String, _ arguments: String = "{}") -> FakeMCPCall? {
    fake_host_mcp_complete(raw, UInt32(kind), name, argument, arguments).map(FakeMCPCall.init)
  }

  /// What was declared, `kind` being `ORCH_MCP_TOOL` or so.
  public func mcpDeclaration(_ kind: Int, _ name: String) -> JSON? {
    fake_host_mcp_declaration(raw, UInt32(kind), name).flatMap { try? JSON(parsing: String(cString: $0)) }
  }

  /// The URIs that were told to have changed.
  public var updatedResources: [String] { list { fake_host_mcp_updated(raw, $0) } }

  private func ask(
    _ kind: Int, _ name: String, _ arguments: String, _ capabilities: String, _ state: String, _ replies: String
  ) -> FakeMCPCall? {
    capabilities.withCString { capabilities in
      state.withCString { state in
        replies.withCString { replies in
          var ask = fake_mcp_ask(capabilities: capabilities, state: state, replies: replies)
          return fake_host_mcp(raw, UInt32(kind), name, arguments, &ask).map(FakeMCPCall.init)
        }
      }
    }
  }
}
