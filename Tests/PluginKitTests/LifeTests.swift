import CPluginSDK
import PluginKit
import PluginTesting
import Testing

@Suite struct LifeTests {
  @Test func describesItselfWholly() async throws {
    try await FakeHost.run(probeEntry) { _ in
      let plugin = try #require(probeEntry(nil)).pointee
      #expect(plugin.magic == UInt32(ORCH_MAGIC))
      #expect(plugin.size == UInt32(MemoryLayout<orch_plugin>.size))
      #expect(String(cString: plugin.version) == "1.2.3")
      #expect(plugin.n_services == 1)
      #expect(plugin.n_topics == 1)
      let service = try #require(plugin.services[0]).pointee
      let types = try #require(service.methods[0]).pointee
      #expect(types.n_params == 6)
      let letters = (0..<6).map { UInt8(bitPattern: types.params[$0]!.pointee.type) }
      #expect(String(decoding: letters, as: UTF8.self) == "sidbyj")
      #expect(types.flags == UInt32(ORCH_METHOD_HANDLER | ORCH_METHOD_READ | ORCH_METHOD_ANSWERS_NOW))
      let quoted = try #require(service.methods[1]?.pointee.params[2]).pointee
      #expect(String(cString: quoted.default_json) == #""a \"b\"""#)
    }
  }

  @Test func buildsItsDescriptorOnce() async throws {
    try await FakeHost.run(probeEntry) { _ in
      #expect(probeEntry(nil) == probeEntry(nil))
    }
  }

  @Test func refusesAConfigurationWithASentence() async throws {
    await #expect(throws: Failure(.failedPrecondition, "the configuration refuses")) {
      try await FakeHost.run(probeEntry, config: ["refuse": true]) { _ in }
    }
    await #expect(throws: Failure(.invalidArgument, "\"sides[1]\" must be an integer, not a string")) {
      try await FakeHost.run(probeEntry, config: ["shape": ["name": "a", "sides": [1, "x"]]]) { _ in }
    }
  }

  @Test func waitsForASlowStart() async throws {
    try await FakeHost.run(probeEntry, config: ["shape": ["name": "slow", "sides": []]]) { host throws in
      #expect(try host.call("probe.array") == [1, 2])
    }
  }

  @Test func reportsAFailedStart() async throws {
    await #expect(throws: Failure(.unavailable, "it cannot start")) {
      try await FakeHost.run(probeEntry, config: ["shape": ["name": "broken", "sides": []]]) { _ in }
    }
  }

  @Test func reportsHealth() async throws {
    try await FakeHost.run(probeEntry) { host in
      let health = try #require(probeEntry(nil)?.pointee.health)
      #expect(health(host.instance, nil) == 0)
    }
    try await FakeHost.run(probeEntry, config: ["shape": ["name": "ill", "sides": []]]) { host in
      let health = try #require(probeEntry(nil)?.pointee.health)
      #expect(health(host.instance, nil) == Status.unavailable.rawValue)
    }
  }

  @Test func savesStateForTheNextGeneration() async throws {
    try await FakeHost.run(probeEntry) { host in
      let save = try #require(probeEntry(nil)?.pointee.save)
      var buffer = orch_buf()
      #expect(save(host.instance, nil, &buffer) == 0)
      let text = String(decoding: UnsafeRawBufferPointer(start: buffer.p, count: buffer.n), as: UTF8.self)
      #expect(text == "saved")
      orch_buf_release(&buffer)
    }
  }

  @Test func takesAnotherConfigurationOrRefusesIt() async throws {
    try await FakeHost.run(probeEntry) { host in
      try host.reconfigure(["shape": ["name": "ill", "sides": []]])
      let health = try #require(probeEntry(nil)?.pointee.health)
      #expect(health(host.instance, nil) == Status.unavailable.rawValue)
      #expect(throws: Failure(.failedPrecondition, "the configuration refuses")) {
        try host.reconfigure(["refuse": true])
      }
      #expect(health(host.instance, nil) == Status.unavailable.rawValue, "the old one stands")
      let table = try #require(probeEntry(nil)?.pointee.extension)
      #expect(table(host.instance, "orchestron.reconfigure/2") == nil)
    }
  }

  @Test func survivesCallsWithoutAnInstanceOrAHost() async throws {
    try await FakeHost.run(probeEntry) { _ in
      let plugin = try #require(probeEntry(nil)).pointee
      var instance: UnsafeMutableRawPointer?
      #expect(plugin.create(nil, nil, orch_str(), orch_str(), &instance) == Status.invalidArgument.rawValue)
      #expect(plugin.health(nil, nil) == Status.internal.rawValue)
      plugin.start(nil, 1)
      plugin.stop(nil, 1)
      plugin.destroy(nil)
      #expect(plugin.extension(nil, "x") == nil)
    }
  }

  @Test func countsFaults() async throws {
    for method in ["probe.silent", "probe.twice", "probe.forget"] {
      await #expect(throws: Failure.self, "\(method)") {
        try await FakeHost.run(probeEntry) { host in _ = try? host.call(method) }
      }
    }
  }
}

extension Failure: @retroactive Equatable {
  public static func == (one: Failure, other: Failure) -> Bool {
    one.status == other.status && one.message == other.message && one.details == other.details
  }
}
