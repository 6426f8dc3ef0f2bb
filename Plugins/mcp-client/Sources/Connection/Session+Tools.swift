import PluginKit

extension Session {
  /// The most tools of one server.
  static let toolLimit = 500

  /// All tools, in the server's order.
  func tools() async throws(Failure) -> [JSONValue] {
    var tools: [JSONValue] = []
    var cursor: String?
    var seen: Set<String> = []
    repeat {
      let page: JSONValue
      do throws(RequestFailure) {
        page = try await request("tools/list") { json in if let cursor { json.member("cursor", cursor) } }
      } catch {
        throw error.failure(of: name)
      }
      tools += page["tools"].elements
      guard tools.count <= Self.toolLimit else {
        throw Failure(.resourceExhausted, "the MCP server \"\(name)\" lists more than \(Self.toolLimit) tools")
      }
      cursor = page["nextCursor"].string
      if let cursor, !seen.insert(cursor).inserted {
        throw Failure(.failedPrecondition, "the MCP server \"\(name)\" lists its tools in a circle")
      }
    } while cursor != nil && seen.count <= Self.toolLimit
    return tools
  }
}
