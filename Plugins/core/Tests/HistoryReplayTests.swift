import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

/// Making states out of revisions.
@Suite struct HistoryReplayTests {
  /// An entity of no rules.
  private struct Note: Entity {
    static let collection = "core/notes"
    static let noun = "note"
    static let order = ["id", "project", "a", "b", "c"]
    var fields: Fields
    init(fields: Fields) { self.fields = fields }
    var project: String { "p" }
  }

  /// The revisions of a note that has had these states, as they are stored and read again.
  private func revisions(of states: [Fields]) -> (records: [RecordedRevision], states: [Fields]) {
    var (records, stored) = ([RecordedRevision](), [Fields]())
    for (index, state) in states.enumerated() {
      let now = Instant(milliseconds: Int64(index) * 1000)
      var fields = state
      fields["id"] = "n"
      fields["updatedAt"] = .string(now.text)
      fields["revision"] = .int(Int64(index) + 1)
      let note = Note(fields: fields)
      let revision = Revision(
        of: note, since: stored.last.map(Note.init), state: fields.json, change: "c\(index)",
        origin: .init(method: "notes.put"), at: now, actor: "user:ada", merged: nil)
      #expect(revision.id == Revision.id(of: "n", Int64(index) + 1))
      guard let json = try? JSON(parsing: String(decoding: revision.json, as: UTF8.self)),
        case .object(let record) = Value(json)
      else {
        Issue.record("the record is no object: \(String(decoding: revision.json, as: UTF8.self))")
        return ([], [])
      }
      records.append(RecordedRevision(record))
      stored.append(fields)
    }
    return (records, stored)
  }

  @Test func leadsToEveryStateFromTheCopyBeforeIt() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let states = (0..<230).map { _ -> Fields in
      var fields = Fields()
      for name in ["a", "b", "c"] where Bool.random(using: &random) {
        let value = Value.random(&random)
        // No field of an entity is null: what is absent is not there.
        if value != .null { fields[name] = value }
      }
      return fields
    }
    let (records, stored) = revisions(of: states)
    for (index, state) in stored.enumerated() {
      let copy = index / Int(Revision.copyInterval) * Int(Revision.copyInterval)
      #expect(records[copy].state != nil)
      #expect(Replay.state(of: records[copy...index]) == state, "seed \(seed), revision \(index + 1)")
    }
  }

  @Test func keepsAWholeCopyWhereNoPatchCouldSayIt() {
    let (records, stored) = revisions(of: [["a": 1], ["a": 1, "b": ["x": .null, "y": [.null]]], ["a": 2]])
    #expect(records[0].state != nil)
    #expect(records[1].state != nil, "a merge patch cannot set the member of an object to null")
    #expect(records[2].state == nil)
    #expect(Replay.state(of: records) == stored[2])
    #expect(Replay.state(of: records.prefix(2)) == stored[1])
  }

  @Test func hasNothingToSayOfARevisionWithoutContent() {
    let empty = RecordedRevision(["entity": "n", "number": 2])
    let (records, _) = revisions(of: [["a": 1]])
    #expect(Replay.state(of: records + [empty]) == nil)
    #expect(Replay.state(of: []) == nil)
  }

  @Test func sortsTheIdsOfRevisionsByTheirNumbers() {
    let ids = [1, 2, 9, 10, 99, 100, 12_345_678].map { Revision.id(of: "n", $0) }
    #expect(ids == ids.sorted())
  }

  @Test func boundsTheChangesOfAMoment() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var generator = UUIDv7Generator(random: SeededGenerator(seed: seed))
    var milliseconds: Int64 = 1_700_000_000_000
    for _ in 0..<2000 {
      milliseconds += Int64.random(in: 0...3, using: &random)
      let id = generator.next(at: Instant(milliseconds: milliseconds))
      #expect(id < Instant(milliseconds: milliseconds).changeBound, "seed \(seed)")
      #expect(id > Instant(milliseconds: milliseconds - 1).changeBound, "seed \(seed)")
    }
    #expect(Instant(milliseconds: -5).changeBound <= "00000000-0001")
  }
}

extension Value {
  /// What a record looks like when storage gives it back.
  fileprivate init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .array(let elements): self = .array(elements.map(Value.init))
    case .object(let members): self = .object(Fields(members.map { ($0.key, Value($0.value)) }))
    }
  }
}
