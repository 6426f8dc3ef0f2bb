import PluginKit

/// Why a reply by HTTP is no answer.
struct HTTPFault {
  let server: String
  /// The variable of the host's that says who we are.
  let credential: String?

  func failure(for reply: WebReply) -> Failure {
    switch reply.code {
    case 401: Failure(.unauthenticated, unauthenticated)
    case 403: Failure(.permissionDenied, "the MCP server \"\(server)\" refuses us (HTTP 403)")
    case 300..<400:
      Failure(
        .failedPrecondition,
        "the MCP server \"\(server)\" has moved (HTTP \(reply.code))\(place(reply)): no redirect is followed; give the new address as its \"url\""
      )
    case 400, 404, 405, 406, 415:
      Failure(.unimplemented, "the MCP server \"\(server)\" answered with HTTP \(reply.code) and no message")
    case 500...: Failure(.unavailable, "the MCP server \"\(server)\" answered with HTTP \(reply.code)")
    case 200 where reply["content-type"]?.lowercased().hasPrefix("text/event-stream") == true:
      Failure(.unavailable, "the MCP server \"\(server)\" ended its reply before the answer")
    default:
      Failure(
        .failedPrecondition,
        "the MCP server \"\(server)\" answered with HTTP \(reply.code) and \(type(of: reply)), not with a message: is its \"url\" right?"
      )
    }
  }

  private var unauthenticated: String {
    if let credential {
      "the MCP server \"\(server)\" does not take the credential in the variable \(credential) (HTTP 401): start the host with a valid one"
    } else {
      "the MCP server \"\(server)\" wants to know who calls (HTTP 401): give it \"headers\": {\"Authorization\": \"Bearer ${NAME}\"}, and start the host with the token in the variable NAME"
    }
  }

  private func place(_ reply: WebReply) -> String {
    reply["location"].map { " to \(CleanText.line($0, limit: 200))" } ?? ""
  }

  private func type(of reply: WebReply) -> String {
    reply["content-type"].map { "the type \"\(CleanText.line($0, limit: 60))\"" } ?? "no body"
  }
}
