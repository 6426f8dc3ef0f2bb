import Testing

@testable import OrchestronHost

/// Configurations that do not fit a plugin's schema.
@Suite struct ConfigurationFaults {
  private func expectRefused(_ config: JSON, _ pattern: String, at location: SourceLocation = #_sourceLocation) throws {
    let zoo = try Zoo("strict-config", config: ["strict-config": config])
    try zoo.expectFailed("strict-config", pattern, at: location)
  }

  @Test func namesTheNearestKeyOfAConfiguration() throws { try expectRefused(["port": 1, "prot": 2], "prot.*port") }

  @Test func namesTheKeyThatIsMissing() throws { try expectRefused([:], "port") }

  @Test func namesThePathOfAValueOutOfRange() throws { try expectRefused(["port": 70_000], "port.*65535") }

  @Test func namesThePathOfANestedValue() throws {
    try expectRefused(["port": 1, "limits": ["depth": "x"]], "limits.*depth")
  }

  @Test func handsTheValidatedConfigurationOver() throws {
    let zoo = try Zoo("strict-config", config: ["strict-config": ["port": 1]])
    #expect(try zoo.host.call("strict_config.config").answer == ["port": 1])
    try zoo.expectAlive()
  }

  @Test func refusesAConfigurationSchemaItDoesNotUnderstand() throws {
    let zoo = try Zoo("bad-config-schema")
    try zoo.expectFailed("bad-config-schema", #""propertys""#)
  }
}
