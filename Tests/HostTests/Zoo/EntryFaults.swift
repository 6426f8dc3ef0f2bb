import Testing

@testable import OrchestronHost

/// Libraries without a usable entry, or of an ABI that is not the host's.
@Suite struct EntryFaults {
  private func expectRefused(_ fixture: String, _ pattern: String, at location: SourceLocation = #_sourceLocation)
    throws
  {
    let zoo = try Zoo(fixture)
    try zoo.expectFailed(fixture, pattern, at: location)
  }

  @Test func refusesALibraryWithoutAnEntry() throws { try expectRefused("missing-entry", "orch_plugin_missing_entry") }

  @Test func doesNotTakeTheEntryOfAnotherPlugin() throws {
    try expectRefused("borrowed-entry", "orch_plugin_borrowed_entry")
  }

  @Test func refusesANullDescriptor() throws { try expectRefused("null-descriptor", "no descriptor|NULL") }

  @Test func survivesAnEntryThatThrows() throws { try expectRefused("entry-throws", "no entry today") }

  @Test func refusesAWrongMagicNumber() throws { try expectRefused("wrong-magic", "magic") }

  @Test func refusesADescriptorThatIsTooShort() throws { try expectRefused("short-descriptor", #"size 32.*\d+"#) }

  @Test func refusesANewerMajor() throws { try expectRefused("newer-major", #"ABI 2\.0.*1\.\d+"#) }

  @Test func refusesAnOlderMajor() throws { try expectRefused("older-major", #"ABI 0\.0.*1\.\d+"#) }

  @Test func refusesANewerMinor() throws { try expectRefused("newer-minor", #"ABI 1\.7.*1\.0"#) }

  @Test func refusesAnUnknownFlagOfAPlugin() throws { try expectRefused("unknown-flag-plugin", "flag 0x2000") }

  @Test func refusesAnUnknownFlagOfAService() throws {
    try expectRefused("unknown-flag-service", #"service "unknown_flag_service".*flag 0x2000"#)
  }

  @Test func refusesAnUnknownFlagOfAMethod() throws {
    try expectRefused("unknown-flag-method", #"method "unknown_flag_method\.run".*flag 0x2000"#)
  }

  @Test func refusesAnUnknownFlagOfATopic() throws {
    try expectRefused("unknown-flag-topic", #"topic "zoo:tick".*flag 0x2000"#)
  }

  @Test func loadsLargerStructsAndFlagsThatMayBeIgnored() throws {
    let zoo = try Zoo("from-the-future")
    try zoo.expectRun("from-the-future", answers: .null)
    try zoo.expectAlive()
  }

  @Test(arguments: ["debug", "release"])
  func loadsTwoSwiftPluginsTheOlderFirst(build: String) throws {
    let zoo = try Zoo("two-sdk-revisions/\(build)-older-first")
    try zoo.expectRun("\(build)-a-older", answers: 96)
    try zoo.expectRun("\(build)-b-newer", answers: 352)
    try zoo.expectAlive()
  }

  @Test(arguments: ["debug", "release"])
  func loadsTwoSwiftPluginsTheNewerFirst(build: String) throws {
    let zoo = try Zoo("two-sdk-revisions/\(build)-newer-first")
    try zoo.expectRun("\(build)-c-newer", answers: 352)
    try zoo.expectRun("\(build)-d-older", answers: 96)
    try zoo.expectAlive()
  }
}
