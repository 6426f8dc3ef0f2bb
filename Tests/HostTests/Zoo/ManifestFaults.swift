import Testing

@testable import OrchestronHost

/// Manifests that are wrong, needs that are not met, and manifests with which the library disagrees.
@Suite struct ManifestFaults {
  private func expectRefused(
    _ fixture: String, id: String? = nil, _ pattern: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let zoo = try Zoo(fixture)
    try zoo.expectFailed(id ?? fixture, pattern, at: location)
  }

  /// Expects the folder of a manifest to be refused, so that no plugin comes of it.
  private func expectNoPlugin(_ fixture: String, _ pattern: String, at location: SourceLocation = #_sourceLocation)
    throws
  {
    let zoo = try Zoo(fixture)
    #expect(zoo.host.plugin(fixture) == nil, sourceLocation: location)
    try zoo.expectLog(naming: fixture, pattern, at: location)
    try zoo.expectAlive(at: location)
  }

  @Test func refusesAManifestThatIsNotJSON() throws {
    try expectNoPlugin("bad-manifest-json", #"bad-manifest-json/plugin\.json: this is not valid JSON"#)
  }

  @Test func namesTheNearestKeyOfAManifest() throws {
    try expectNoPlugin("bad-manifest-key", #"unknown key "require"; did you mean "requires""#)
  }

  @Test func refusesAVersionThatIsNone() throws { try expectNoPlugin("bad-version", #"key "version""#) }

  @Test func namesBothFoldersOfADuplicateId() throws {
    let zoo = try Zoo("duplicate-id")
    try zoo.expectLog(
      naming: "duplicate-id", #"second/plugin\.json: plugin "duplicate-id".*first/plugin\.json"#)
    try zoo.expectAlive()
  }

  @Test func refusesAnIdThatWouldShareASymbol() throws {
    let zoo = try Zoo("one-symbol")
    try zoo.expectLog(naming: "one_symbol", #""one_symbol"; an id begins with"#)
    zoo.expectStarted("one-symbol")
    try zoo.expectAlive()
  }

  @Test func namesBothProvidersOfAService() throws {
    try expectRefused(
      "duplicate-service", id: "duplicate-first", #"service "shared".*"duplicate-first" and "duplicate-second""#)
  }

  @Test func takesTheProviderThatTheConfigurationChooses() throws {
    let zoo = try Zoo("duplicate-service") { $0.providers["shared"] = "duplicate-second" }
    #expect(try zoo.host.call("shared.run").answer == .null)
    #expect(zoo.host.host.registry.service(named: "shared")?.plugin.id == "duplicate-second")
    try zoo.expectAlive()
  }

  @Test func namesBothOwnersOfARoute() throws {
    let zoo = try Zoo("duplicate-route")
    try zoo.expectFailed("route-second", #"GET /api/zoo/twice.*route-first.*route-second"#)
    #expect(try zoo.host.call("route_first.run").answer == .null)
  }

  @Test func namesTheServiceThatIsMissing() throws {
    try expectRefused("missing-need", #"requires service "nowhere", which no plugin provides"#)
  }

  @Test func namesRangeAndVersion() throws {
    try expectRefused(
      "version-out-of-range", id: "range-needs-newer", #""range_old".*"\^2\.1".*"range-old" provides 1\.0\.0"#)
  }

  @Test func namesThePathOfACycleOfTwo() throws {
    try expectRefused("cycle-of-two", id: "two-a", "two-a → two-b → two-a")
  }

  @Test func namesThePathOfACycleOfFive() throws {
    try expectRefused("cycle-of-five", id: "five-a", "five-a → five-b → five-c → five-d → five-e → five-a")
  }

  @Test func refusesAnIdThatIsNotTheManifests() throws {
    try expectRefused("disagrees-id", "disagrees-id.*somebody-else|somebody-else.*disagrees-id")
  }

  @Test func refusesAVersionThatIsNotTheManifests() throws {
    try expectRefused("disagrees-version", #"1\.0\.1.*1\.0\.0"#)
  }

  @Test func refusesAPromisedServiceThatIsMissing() throws {
    try expectRefused("disagrees-provides", #""disagrees_provides""#)
  }

  @Test func refusesAServiceThatTheManifestDoesNotMention() throws {
    try expectRefused("disagrees-undeclared", #""unmentioned""#)
  }

  @Test func refusesAServiceOfAnotherVersion() throws {
    try expectRefused("disagrees-service-version", #"1\.0\.0.*2\.0\.0"#)
  }
}
