import Testing

@testable import StoragePlugin

@Suite struct EventLogTests {
  let folder = Folder()

  private func record(_ store: TestStore, _ count: Int, topic: String = "task:created") throws {
    let events = try (0..<count).map { try NewEvent(topic: topic, data: Array(#"{"n":\#($0)}"#.utf8)) }
    try store.write(Batch(events: events, source: "core", actor: "user:ada"))
  }

  private func read(_ store: TestStore, since: Int64, limit: Int = 1000) throws -> [DurableEvent] {
    var events: [DurableEvent] = []
    try store.store.events(since: since, limit: limit) { events.append($0) }
    return events
  }

  @Test func numbersEventsFromOneAndGivesThemToTheLoop() throws {
    let clock = TestClock()
    let store = try TestStore(folder.file, settings: clock.settings)
    try record(store, 2)
    #expect(
      store.events == [
        DurableEvent(
          seq: 1, topic: "task:created", time: clock.settings.now(), source: "core", actor: "user:ada",
          data: Array(#"{"n":0}"#.utf8)),
        DurableEvent(
          seq: 2, topic: "task:created", time: clock.settings.now(), source: "core", actor: "user:ada",
          data: Array(#"{"n":1}"#.utf8)),
      ])
    store.close()
  }

  @Test func replaysWhatWasRecordedAlsoAfterAReopening() throws {
    var store = try TestStore(folder.file)
    try record(store, 5)
    let recorded = store.events
    store.close()
    store = try TestStore(folder.file)
    #expect(try store.store.eventRange() == EventRange(first: 1, last: 5))
    #expect(try read(store, since: 0) == recorded)
    #expect(try read(store, since: 2, limit: 2) == Array(recorded[2...3]))
    #expect(try read(store, since: 5) == [])
    try record(store, 1)
    #expect(store.events.map(\.seq) == [6])
    store.close()
  }

  @Test func givesEachHistoryANameOfItsOwn() throws {
    let first = try TestStore(folder.file)
    let second = try TestStore(folder.path + "/other.db")
    #expect(first.store.log.utf8.count == 32)
    #expect(first.store.log != second.store.log)
    first.close()
    second.close()
  }

  @Test func refusesDataThatIsNotJSONAndImpossibleTopics() throws {
    let store = try TestStore(folder.file)
    for data in ["", "{", "tru", "1 2"] {
      expectRefusal(.invalidArgument, "the data of event task:created is not valid JSON") {
        try store.write(Batch(events: [try NewEvent(topic: "task:created", data: Array(data.utf8))]))
      }
    }
    for topic in ["", "task *", "task:*", "täsk", String(repeating: "x", count: 201)] {
      expectRefusal(.invalidArgument, "is not a topic") { _ = try NewEvent(topic: topic, data: [0x31]) }
    }
    #expect(try store.store.eventRange() == EventRange(first: 1, last: 0))
    store.close()
  }

  @Test func keepsWhicheverIsMoreOfItsTwoBounds() throws {
    let clock = TestClock()
    var settings = clock.settings
    settings.events = EventBound(milliseconds: 1_000_000, events: 10)
    let store = try TestStore(folder.file, settings: settings)
    try record(store, 20)
    clock.advance(milliseconds: 999_000)
    // Young enough: all 21 stay, though that is more than 10.
    try record(store, 1)
    try record(store, 1)
    #expect(try store.store.eventRange() == EventRange(first: 1, last: 22))
    clock.advance(milliseconds: 62_000)
    // The 20 are old now, and the newest 10 stay whatever their age.
    try record(store, 1)
    #expect(try store.store.eventRange() == EventRange(first: 14, last: 23))
    #expect(try read(store, since: 13).map(\.seq) == Array(14...23))
    store.close()
  }

  @Test func saysWhichReadersCanContinue() {
    let range = EventRange(first: 14, last: 24)
    #expect(!range.canContinue(after: 12))
    #expect(range.canContinue(after: 13))
    #expect(range.canContinue(after: 24))
    #expect(!range.canContinue(after: 25))
    let empty = EventRange(first: 1, last: 0)
    #expect(empty.canContinue(after: 0))
    #expect(!empty.canContinue(after: 1))
  }

  @Test func compactsALongLogInShortSteps() throws {
    let clock = TestClock()
    let store = try TestStore(folder.file, settings: clock.settings)
    try record(store, 2200)
    store.close()
    let database = try Database(file: folder.file, role: .writer)
    let bound = EventBound(milliseconds: 1000, events: 500)
    let later = clock.settings.now() + 2000
    #expect(try database.compactEvents(bound, now: later))
    #expect(try database.eventRange() == EventRange(first: 1001, last: 2200))
    #expect(try !database.compactEvents(bound, now: later))
    #expect(try database.eventRange() == EventRange(first: 1701, last: 2200))
    #expect(try !database.compactEvents(bound, now: later))
    #expect(try !database.compactEvents(EventBound(milliseconds: 0, events: 0), now: later))
    // An emptied log still knows its numbers.
    #expect(try database.eventRange() == EventRange(first: 2201, last: 2200))
  }
}
