import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct UUIDv7Tests {
  private func generator(_ seed: UInt64 = 1) -> UUIDv7Generator<SeededGenerator> {
    UUIDv7Generator(random: SeededGenerator(seed: seed))
  }

  @Test func hasTheFormOfVersionSeven() {
    var generator = generator()
    let id = generator.next(at: Instant(milliseconds: 0x0190_A5E2_7C11))
    #expect(id.hasPrefix("0190a5e2-7c11-7"))
    let bytes = Array(id.utf8)
    #expect(bytes.count == 36)
    #expect([8, 13, 18, 23].allSatisfy { bytes[$0] == UInt8(ascii: "-") })
    #expect("89ab".utf8.contains(bytes[19]))
    #expect(Reference(id) == .id(id))
  }

  @Test func sortsInTheOrderInWhichIdsWereMade() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var generator = generator(seed)
    var now: Int64 = 1_700_000_000_000
    var last = ""
    for _ in 0..<20_000 {
      // The clock stands still, runs, or is set back.
      now += [0, 0, 0, 1, 40, -5000].randomElement(using: &random) ?? 0
      let id = generator.next(at: Instant(milliseconds: now))
      #expect(id > last, "seed \(seed)")
      last = id
    }
  }

  @Test func goesOnWhenTheBitsOfAMillisecondAreUsedUp() {
    // Always the largest random number: each id takes the largest step.
    struct Largest: RandomNumberGenerator { mutating func next() -> UInt64 { .max } }
    var generator = UUIDv7Generator(random: Largest())
    let now = Instant(milliseconds: 1)
    let first = generator.next(at: now)
    let second = generator.next(at: now)
    #expect(first == "00000000-0001-77ff-bfff-ffffffffffff")
    #expect(second == "00000000-0001-7800-8000-0000fffffffe")
  }

  @Test func makesNoIdTwice() {
    var generator = UUIDv7Generator(random: SystemRandomNumberGenerator())
    let now = Instant.now
    let ids = Set((0..<50_000).map { _ in generator.next(at: now) })
    #expect(ids.count == 50_000)
  }
}

@Suite struct ReferenceTests {
  @Test(arguments: [
    ("ORC-42", Reference.key("ORC-42")), ("orc-42", .key("ORC-42")), ("oRc", .key("ORC")),
    ("0190A5E2-7C11-7A3B-9F5E-2B1C3D4E5F60", .id("0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60")),
    ("0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f6g", .key("0190A5E2-7C11-7A3B-9F5E-2B1C3D4E5F6G")),
    ("0190a5e207c1107a3b09f5e02b1c3d4e5f60", .key("0190A5E207C1107A3B09F5E02B1C3D4E5F60")),
    ("", .key("")), ("ß-1", .key("ß-1")),
  ])
  func tellsIdsFromKeysInAnyCase(text: String, reference: Reference) {
    #expect(Reference(text) == reference)
  }
}

@Suite struct DefaultProjectTests {
  @Test(arguments: [
    ("/home/ada/shop/.orchestron", "SHOP", "shop"), ("/home/ada/my-web_app2/.orchestron/", "MYWEB", "my-web_app2"),
    ("/srv/7/.orchestron", "ORC", "7"), ("/srv/7a/.orchestron", "ORC", "7a"), ("/x/東京/.orchestron", "ORC", "東京"),
    ("/.orchestron", "ORC", "Orchestron"), ("", "ORC", "Orchestron"), ("/ab/.orchestron", "AB", "ab"),
  ])
  func isCalledAfterTheFolder(path: String, key: String, name: String) {
    let project = DefaultProject(storageFolder: path)
    #expect(project.key == key)
    #expect(project.name == name)
  }
}

@Suite struct ZoneNameTests {
  @Test func isAZoneThatTheSystemHas() {
    #expect(TimeZone(ZoneName.current) != nil)
  }
}
