import Testing

/// A host as users run it, and clients that others have written: curl, and Python's websockets.
@Suite(.serialized) struct ClientTests {
  @Test func answersEveryExampleAlikeOnEveryFace() throws {
    try Client.run("faces.py", [try Client.example("rice")])
  }

  @Test func keepsEveryAcknowledgedTaskThroughAKill() throws {
    try Client.run("crash.py", ["20"])
  }

  @Test func deliversEveryEventOnceToAClientThatReconnects() throws {
    try Client.run("events.py", [])
  }

  @Test func streamsEveryEventOnceToABrowserAndToASlowReader() throws {
    try Client.run("eventstream.py", [])
  }

  @Test func missesNoEventAndTellsNoneTwiceInAReconnectStorm() throws {
    try Client.run("storm.py", ["100", "600"])
  }

  @Test func speaksWebSocketAsTheAutobahnTestSuiteWantsIt() throws {
    try Client.run("autobahn.py", [try Plugins.fixture("channel")])
  }

  @Test func keepsEveryAcknowledgedRevisionThroughAKill() throws {
    try Client.run("history_crash.py", ["2"])
  }

  @Test func purgesAllOrNothingThroughAKill() throws {
    try Client.run("purge_crash.py", ["4"])
  }

  @Test func goesOnWithAnImportThatWasKilled() throws {
    try Client.run("import_crash.py", ["2000", "3"])
  }

  @Test func takesAnImportWholeInBoundedMemory() throws {
    try Client.run("imports.py", ["12"])
  }

  @Test func bringsALargeStoreUpToDateHoweverLongThatTakes() throws {
    try Client.run("upgrade.py", ["300000", "1"])
  }

  @Test func plansAReleaseWithDependenciesSearchUndoAndABranch() throws {
    try Client.run("planning.py", [])
  }

  @Test func leadsASprintFromItsPlanToItsReport() throws {
    try Client.run("sprints.py", [])
  }

  @Test func keepsTheTimeOfATeamThroughKillsAndClockChanges() throws {
    try Client.run("team.py", [])
  }

  @Test func usesTheToolsOfOtherMCPServersWhateverTheyDo() throws {
    try Client.run("mcp_client.py", [])
  }

  @Test func showsTheDashboardInABrowser() throws {
    try Client.run("dashboard.py", [try Plugins.fixture("handler-throws")])
  }

  @Test func servesPagesChannelsAndUploadsOfAPluginInCpp() throws {
    try Client.run("routes.py", [try Client.example("guestbook"), try Plugins.fixture("web-guest")])
  }

  @Test func decidesEveryCallByTheRoleThatPeopleHaveWrittenDown() throws {
    try Client.run("permissions.py", [])
  }

  @Test func knowsWhoSomebodyIsByEveryCredential() throws {
    try Client.run("identity.py", [])
  }

  @Test func speaksTLSAndReplacesItsCertificate() throws {
    try Client.run("tls.py", [])
  }

  @Test func keepsTheConventionsOfREST() throws {
    try Client.run("rest.py", [try Plugins.fixture("echo")])
  }

  @Test func describesEveryRouteTrulyInOpenAPI() throws {
    try Client.run("openapi.py", [])
  }

  @Test func showsWhatItMeasuresToPrometheusAndTracesToACollector() throws {
    try Client.run("metrics.py", [])
  }

  @Test func showsTheInterfacesInABrowser() throws {
    try Client.run("docs.py", [])
  }

  @Test func keepsAnAssistantConnectedWhateverHostsComeAndGo() throws {
    try Client.run("bridge.py", [try Plugins.fixture("mcp-stand-in")])
  }

  @Test func writesIntoTheFilesOfAssistantsAndLeavesAllElseAsItWas() throws {
    try Client.run("mcp_install.py", [try Plugins.fixture("mcp-stand-in")])
  }

  @Test func refusesBadInputWithASentenceAndLosesNothing() throws {
    try Client.run("badinput.py", [])
  }
}
