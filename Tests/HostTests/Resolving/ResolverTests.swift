import Testing

@testable import OrchestronHost

@Suite struct ResolverTests {
  // MARK: Order

  @Test func startsPluginsByLevelAndThenById() throws {
    let resolution = Resolver.resolve([
      try plugin("http", needs: ["core"]), try plugin("core", needs: ["storage"]), try plugin("storage"),
      try plugin("rice"), try plugin("auth", needs: ["storage"]), try plugin("dashboard", needs: ["http", "rice"]),
    ])
    #expect(resolution.levels == [["rice", "storage"], ["auth", "core"], ["http"], ["dashboard"]])
    #expect(resolution.startOrder == ["rice", "storage", "auth", "core", "http", "dashboard"])
    #expect(resolution.stopOrder == ["dashboard", "http", "core", "auth", "storage", "rice"])
    #expect(resolution.failures.isEmpty && resolution.faults.isEmpty && resolution.notes.isEmpty)
  }

  @Test func resolvesNothingToNothing() {
    let resolution = Resolver.resolve([])
    #expect(resolution.levels.isEmpty && resolution.startOrder.isEmpty && resolution.failures.isEmpty)
  }

  @Test func tellsWhoProvidesWhat() throws {
    let resolution = Resolver.resolve([
      try plugin("core", provides: ["tasks", "projects"], needs: ["store"], optional: ["mail", "search"]),
      try plugin("sqlite", provides: ["store"]), try plugin("find", provides: ["search"]),
    ])
    #expect(resolution.providers == ["tasks": "core", "projects": "core", "store": "sqlite", "search": "find"])
    #expect(resolution.provider(of: "store", for: "core") == "sqlite")
    #expect(resolution.provider(of: "search", for: "core") == "find")
    #expect(resolution.provider(of: "mail", for: "core") == nil)
    #expect(resolution.provider(of: "tasks", for: "sqlite") == nil)
    #expect(resolution.provider(of: "x", for: "nobody") == nil)
  }

  // MARK: Missing needs and versions

  @Test func namesAMissingServiceWhoNeedsItAndTheNearestOne() throws {
    let resolution = Resolver.resolve([try plugin("core", needs: ["storge"]), try plugin("storage")])
    #expect(resolution.levels == [["storage"]])
    #expect(resolution.faults == [.missingService(plugin: "core", service: "storge", nearest: "storage")])
    #expect(
      resolution.failures["core"]?.description
        == #"plugin "core" requires service "storge", which no plugin provides; did you mean "storage"?"#)
  }

  @Test func adviseToAddAPluginWhenNoServiceHasASimilarName() throws {
    let resolution = Resolver.resolve([try plugin("core", needs: ["storage"])])
    #expect(
      resolution.faults.map(\.description) == [
        #"plugin "core" requires service "storage", which no plugin provides; add a plugin that does"#
      ])
  }

  @Test func reportsEveryMissingServiceOfAPlugin() throws {
    let resolution = Resolver.resolve([try plugin("core", needs: ["b", "a"])])
    #expect(
      resolution.faults == [
        .missingService(plugin: "core", service: "a", nearest: nil),
        .missingService(plugin: "core", service: "b", nearest: nil),
      ])
    #expect(resolution.failures["core"] == ResolveFailure(cause: resolution.faults[0], path: ["core"]))
  }

  @Test func namesTheVersionThereIsAndTheOneWanted() throws {
    let resolution = Resolver.resolve([
      try plugin("core", needs: ["store@>=1.2 <2"]), try plugin("sqlite", provides: ["store@1.1.9"]),
    ])
    #expect(resolution.levels == [["sqlite"]])
    #expect(
      resolution.failures["core"]?.description
        == #"plugin "core" requires service "store" in version ">=1.2 <2", but plugin "sqlite" provides 1.1.9; "#
        + "install a version of one of the two that fits the other")
  }

  @Test func namesTheRootCauseToWhoeverDependsOnAFailedPlugin() throws {
    let resolution = Resolver.resolve([
      try plugin("a", needs: ["gone"]), try plugin("b", needs: ["a"]), try plugin("c", needs: ["b"]), try plugin("d"),
    ])
    #expect(resolution.levels == [["d"]])
    #expect(resolution.faults == [.missingService(plugin: "a", service: "gone", nearest: nil)])
    #expect(resolution.failures["c"] == ResolveFailure(cause: resolution.faults[0], path: ["c", "b", "a"]))
    #expect(
      resolution.failures["c"]?.description
        == #"plugin "c" cannot start (c → b → a): plugin "a" requires service "gone", which no plugin provides; "#
        + "add a plugin that does")
    #expect(resolution.providers == ["d": "d"])
  }

  // MARK: Cycles

  @Test func showsThePathOfACycleOfTwo() throws {
    let resolution = Resolver.resolve([try plugin("b", needs: ["a"]), try plugin("a", needs: ["b"]), try plugin("c")])
    #expect(resolution.levels == [["c"]])
    #expect(resolution.faults == [.cycle(["a", "b"])])
    #expect(
      resolution.failures["b"]?.description
        == "plugins require each other in a cycle: a → b → a; make one of these needs optional or remove it")
  }

  @Test func showsThePathOfACycleOfFiveAndGoesOnWithTheOthers() throws {
    let resolution = Resolver.resolve([
      try plugin("a", needs: ["b"]), try plugin("b", needs: ["c"]), try plugin("c", needs: ["d", "base"]),
      try plugin("d", needs: ["e"]), try plugin("e", needs: ["a"]), try plugin("base"),
      try plugin("above", needs: ["c"]), try plugin("higher", needs: ["above"]),
    ])
    #expect(resolution.levels == [["base"]])
    #expect(resolution.faults == [.cycle(["a", "b", "c", "d", "e"])])
    #expect(resolution.faults[0].description.contains("a → b → c → d → e → a;"))
    #expect(resolution.failures["e"]?.path == ["e"])
    #expect(resolution.failures["higher"]?.path == ["higher", "above", "c"])
  }

  @Test func coversEveryMemberOfEntangledCycles() throws {
    let resolution = Resolver.resolve([
      try plugin("a", needs: ["b"]), try plugin("b", needs: ["a", "c"]), try plugin("c", needs: ["b"]),
      try plugin("x", needs: ["y"]), try plugin("y", needs: ["x"]),
    ])
    #expect(resolution.faults == [.cycle(["a", "b"]), .cycle(["b", "c"]), .cycle(["x", "y"])])
    #expect(Set(resolution.failures.keys) == ["a", "b", "c", "x", "y"])
  }

  @Test func refusesAPluginThatRequiresItself() throws {
    let resolution = Resolver.resolve([try plugin("a", needs: ["a"])])
    #expect(resolution.faults == [.cycle(["a"])])
    #expect(
      resolution.failures["a"]?.description
        == #"plugin "a" requires a service that it provides itself; remove it from "requires""#)
  }

  @Test func walksALongChainWithoutRecursion() throws {
    let count = 20_000
    let chain = try (0..<count).map { try plugin("p\($0)", needs: $0 == 0 ? [] : ["p\($0 - 1)"]) }
    #expect(Resolver.resolve(chain).levels.count == count)
    let ring = chain.dropFirst() + [try plugin("p0", needs: ["p\(count - 1)"])]
    let resolution = Resolver.resolve(Array(ring))
    #expect(resolution.levels.isEmpty)
    #expect(resolution.faults.count == 1)
    #expect(resolution.faults.first?.plugins.count == count)
  }

  // MARK: Several providers

  @Test func refusesTwoProvidersAndNamesTheKeyThatChooses() throws {
    let resolution = Resolver.resolve([
      try plugin("rice-fast", provides: ["rice"]), try plugin("rice", provides: ["rice", "other"]),
      try plugin("core", needs: ["rice"]), try plugin("x", needs: ["other"]), try plugin("y"),
    ])
    #expect(resolution.levels == [["y"]])
    #expect(resolution.faults == [.duplicateService(service: "rice", providers: ["rice", "rice-fast"])])
    #expect(
      resolution.failures["rice"]?.description
        == #"service "rice" is provided by plugins "rice" and "rice-fast"; choose one of them by the configuration key "#
        + #""providers.rice""#)
    #expect(resolution.failures["core"]?.path == ["core", "rice"])
    #expect(resolution.failures["x"]?.path == ["x", "rice"])
  }

  @Test func usesTheChosenProviderAndShadowsTheOther() throws {
    let resolution = Resolver.resolve(
      [
        try plugin("rice-fast", provides: ["rice"]), try plugin("rice", provides: ["rice", "other"]),
        try plugin("core", needs: ["rice", "other"]),
      ], choices: ["rice": "rice-fast"])
    #expect(resolution.levels == [["rice", "rice-fast"], ["core"]])
    #expect(resolution.faults.isEmpty)
    #expect(resolution.provider(of: "rice", for: "core") == "rice-fast")
    #expect(resolution.provider(of: "other", for: "core") == "rice")
    #expect(resolution.isShadowed("rice", of: "rice"))
    #expect(!resolution.isShadowed("other", of: "rice"))
    #expect(!resolution.isShadowed("rice", of: "rice-fast"))
    #expect(resolution.notes == [.shadowed(plugin: "rice", service: "rice", provider: "rice-fast")])
  }

  @Test func keepsAServiceShadowedWhenTheChosenProviderFails() throws {
    let resolution = Resolver.resolve(
      [try plugin("a", provides: ["rice"]), try plugin("b", provides: ["rice"], needs: ["gone"])],
      choices: ["rice": "b"])
    #expect(resolution.levels == [["a"]])
    #expect(resolution.isShadowed("rice", of: "a"))
    #expect(resolution.providers["rice"] == nil)
  }

  @Test func letsAPluginWrapTheServiceThatItShadows() throws {
    let resolution = Resolver.resolve(
      [try plugin("plain", provides: ["rice"]), try plugin("wrapper", provides: ["rice"], needs: ["rice"])],
      choices: ["rice": "plain"])
    #expect(resolution.levels == [["plain"], ["wrapper"]])
    #expect(resolution.provider(of: "rice", for: "wrapper") == "plain")
  }

  @Test func refusesAChoiceThatProvidesNothingOfTheKind() throws {
    let plugins = [try plugin("a", provides: ["rice"]), try plugin("b", provides: ["rice"]), try plugin("c")]
    let resolution = Resolver.resolve(plugins, choices: ["rice": "c", "none": "a"])
    #expect(
      resolution.faults == [
        .wrongChoice(service: "none", chosen: "a", providers: []),
        .wrongChoice(service: "rice", chosen: "c", providers: ["a", "b"]),
        .duplicateService(service: "rice", providers: ["a", "b"]),
      ])
    #expect(
      resolution.faults[0].description
        == #"the configuration key "providers.none" chooses plugin "a", which does not provide service "none"; "#
        + "no plugin does; remove the key")
    #expect(
      resolution.faults[1].description
        == #"the configuration key "providers.rice" chooses plugin "c", which does not provide service "rice"; "#
        + #"write "a" or "b""#)
  }

  // MARK: Optional needs

  @Test func startsAnOptionalProviderFirst() throws {
    let resolution = Resolver.resolve([try plugin("a", optional: ["z"]), try plugin("z")])
    #expect(resolution.levels == [["z"], ["a"]])
    #expect(resolution.dependents(of: "z") == [])
  }

  @Test func ignoresAnOptionalNeedThatIsAbsentOrFails() throws {
    let resolution = Resolver.resolve([try plugin("a", optional: ["z", "y"]), try plugin("z", needs: ["gone"])])
    #expect(resolution.levels == [["a"]])
    #expect(resolution.provider(of: "z", for: "a") == nil)
    #expect(resolution.notes.isEmpty)
  }

  @Test func notesAnOptionalNeedWhoseVersionDoesNotFit() throws {
    let resolution = Resolver.resolve([try plugin("a", optional: ["z@^2"]), try plugin("z")])
    #expect(resolution.levels == [["a", "z"]])
    #expect(resolution.provider(of: "z", for: "a") == nil)
    #expect(
      resolution.notes.map(\.description) == [
        #"plugin "a" starts without its optional service "z": it wants version "^2", plugin "z" provides 1.0.0"#
      ])
  }

  @Test func dropsAnOptionalNeedThatWouldCloseACycle() throws {
    let resolution = Resolver.resolve([
      try plugin("a", optional: ["c"]), try plugin("b", needs: ["a"]), try plugin("c", needs: ["b"]),
    ])
    #expect(resolution.levels == [["a"], ["b"], ["c"]])
    #expect(resolution.failures.isEmpty)
    #expect(resolution.notes == [.optionalCycle(plugin: "a", service: "c", cycle: ["a", "c", "b"])])
    #expect(
      resolution.notes[0].description
        == #"plugin "a" starts without its optional service "c", because using it would close a cycle: a → c → b → a"#)
    #expect(resolution.provider(of: "c", for: "a") == nil)
  }

  @Test func keepsTheFirstOfTwoOptionalNeedsThatPointAtEachOther() throws {
    let resolution = Resolver.resolve([try plugin("a", optional: ["b"]), try plugin("b", optional: ["a"])])
    #expect(resolution.levels == [["b"], ["a"]])
    #expect(resolution.notes == [.optionalCycle(plugin: "b", service: "a", cycle: ["b", "a"])])
  }

  // MARK: Selection

  @Test func limitsToTheWantedPluginsAndWhatTheyRequire() throws {
    let plugins = [
      try plugin("http", needs: ["core"], optional: ["auth"]), try plugin("core", needs: ["storage"]),
      try plugin("storage"), try plugin("auth"), try plugin("broken", needs: ["gone"]),
    ]
    let resolution = Resolver.resolve(plugins, wanted: ["http"])
    #expect(resolution.levels == [["storage"], ["core"], ["http"]])
    #expect(resolution.failures.isEmpty && resolution.faults.isEmpty)
    #expect(Resolver.resolve(plugins, wanted: ["http", "auth"]).startOrder == ["auth", "storage", "core", "http"])
    #expect(Resolver.resolve(plugins, wanted: []).levels.isEmpty)
  }

  @Test func namesAWantedPluginThatIsUnknown() throws {
    let resolution = Resolver.resolve([try plugin("storage")], wanted: ["storag", "zzzzzz", "storage"])
    #expect(resolution.levels == [["storage"]])
    #expect(
      resolution.faults.map(\.description) == [
        #"plugin "storag" was asked for but not found; did you mean "storage"?"#,
        #"plugin "zzzzzz" was asked for but not found; correct the name, or add the folder that holds it"#,
      ])
  }

  @Test func prefersAWantedProviderOverOneThatNobodyAskedFor() throws {
    let plugins = [
      try plugin("a", provides: ["store"]), try plugin("b", provides: ["store"]), try plugin("core", needs: ["store"]),
    ]
    #expect(Resolver.resolve(plugins, wanted: ["core", "b"]).levels == [["b"], ["core"]])
    #expect(Resolver.resolve(plugins, choices: ["store": "a"], wanted: ["core"]).levels == [["a"], ["core"]])
    #expect(
      Resolver.resolve(plugins, wanted: ["core"]).faults == [
        .duplicateService(service: "store", providers: ["a", "b"])
      ])
  }

  // MARK: Roll back

  @Test func listsWhoMustBeRolledBackInReverseOrder() throws {
    let resolution = Resolver.resolve([
      try plugin("storage"), try plugin("core", needs: ["storage"]), try plugin("auth", needs: ["storage"]),
      try plugin("http", needs: ["core"]), try plugin("rice"), try plugin("watch", optional: ["core"]),
    ])
    #expect(resolution.dependents(of: "storage") == ["http", "core", "auth"])
    #expect(resolution.dependents(of: "http") == [])
    #expect(resolution.dependents(of: "unknown") == [])
  }
}
