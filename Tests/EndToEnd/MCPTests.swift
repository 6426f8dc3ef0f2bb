import Testing

/// MCP as clients that others have written use it: the official Python SDK, fastmcp, Claude Code.
extension ClientTests {
  @Test func servesTheOfficialClientInEveryModeByHTTPAndStdio() throws {
    try Client.run("mcp_sdk.py", [try Plugins.fixture("mcp-everything")])
  }

  @Test func holdsEveryScenarioOfTheConformanceSuite() throws {
    try Client.run("mcp_conformance.py", [try Plugins.fixture("mcp-everything")])
  }

  @Test func answersWhateverIsSentToMCP() throws {
    try Client.run("mcp_hostile.py", [try Plugins.fixture("mcp-everything")])
  }

  @Test func answersMessagesThatAreNearlyRight() throws {
    try Client.run("mcp_fuzz.py", [try Plugins.fixture("mcp-everything"), "1000"])
  }

  @Test func standsAStormOfCallsByMCP() throws {
    try Client.run("mcp_storm.py", [try Plugins.fixture("echo")])
  }

  @Test func letsInByMCPWhoMayAndOnlyForWhatHeMay() throws {
    try Client.run("mcp_auth.py", [])
  }

  @Test func letsClaudeCodeChangeATask() throws {
    try Client.run("mcp_claude.py", [])
  }
}
