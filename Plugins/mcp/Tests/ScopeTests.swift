import MCPProtocol
import PluginTesting
import Testing

@testable import MCPPlugin

/// What somebody hears whose token has too few scopes; `mcp_auth.py` has the whole of it.
@Suite struct ScopeTests {
  @Test func leadsToWhoGivesAnother() {
    let error = RPCError.insufficientScope("no", "write", metadata: "https://a/b")
    #expect(error.httpStatus == 403)
    #expect(error.challenge == #"Bearer error="insufficient_scope", resource_metadata="https://a/b", scope="write""#)
  }
}
