import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

/// Three-way merges by field.
@Suite struct HistoryMergeTests {
  private func merge(_ base: Fields, _ ours: Fields, _ theirs: Fields, _ side: ThreeWayMerge.Side? = nil)
    -> ThreeWayMerge
  {
    ThreeWayMerge(base: base, ours: ours, theirs: theirs) { _ in side }
  }

  @Test func takesFromEachSideWhatItChanged() {
    let merged = merge(
      ["title": "a", "assignee": "ada", "component": "x"], ["title": "b", "assignee": "ada"],
      ["title": "a", "assignee": "bob", "component": "x", "priority": "high"])
    #expect(merged.conflicts.isEmpty)
    #expect(merged.merged == ["title": "b", "assignee": "bob", "priority": "high"])
  }

  @Test func namesWhatBothChangedDifferently() {
    let (base, ours, theirs): (Fields, Fields, Fields) = (
      ["title": "a", "component": "x"], ["title": "b", "component": "y"], ["title": "c", "component": "y"]
    )
    let open = merge(base, ours, theirs)
    #expect(open.isOpen)
    #expect(open.conflicts == [.init(field: "title", base: "a", ours: "b", theirs: "c", side: nil)])
    #expect(open.merged == theirs)
    let our = merge(base, ours, theirs, .ours)
    #expect(!our.isOpen)
    #expect(our.merged == ours)
    #expect(merge(base, ours, theirs, .theirs).merged == theirs)
  }

  @Test func unitesSetsInsteadOfChoosing() {
    let merged = merge(
      ["labels": ["a", "b"], "blockedBy": ["1"]], ["labels": ["b", "c"]],
      ["labels": ["a", "b", "d"], "blockedBy": ["1", "2"]])
    #expect(merged.conflicts.isEmpty)
    #expect(merged.merged == ["labels": ["b", "d", "c"], "blockedBy": ["2"]])
    #expect(merge(["labels": ["a"]], ["labels": []], ["labels": ["a", "b"]]).merged == ["labels": ["b"]])
    #expect(merge(["blockedBy": ["1", "2"]], ["blockedBy": ["2"]], ["blockedBy": ["1"]]).merged == [:])
  }

  @Test func letsProgressAndDatesGoWithTheStatus() {
    let merged = merge(
      ["status": "todo", "progress": 0], ["status": "in_progress", "progress": 10, "startDate": "2026-01-01"],
      ["status": "todo", "progress": 0, "title": "b"])
    #expect(merged.merged == ["status": "in_progress", "progress": 10, "startDate": "2026-01-01", "title": "b"])
    let conflict = merge(
      ["status": "todo", "progress": 0], ["status": "in_progress", "progress": 10],
      ["status": "done", "progress": 100, "completedDate": "2026-01-02"])
    #expect(conflict.conflicts.map(\.field) == ["status"])
  }

  @Test func makesDeletingWhatWasChangedAConflict() {
    let base: Fields = ["title": "a"]
    let deleted: Fields = ["title": "a", "hidden": "deleted", "hiddenAt": "t"]
    let changed: Fields = ["title": "b"]
    #expect(merge(base, deleted, changed).conflicts.map(\.field) == ["hidden"])
    #expect(merge(base, changed, deleted).conflicts.map(\.field) == ["hidden"])
    #expect(merge(base, deleted, changed, .ours).merged["hidden"] == "deleted")
    #expect(merge(base, changed, deleted, .ours).merged["title"] == "b")
    #expect(merge(base, deleted, base).merged == deleted)
    #expect(merge(base, base, deleted).merged == deleted)
  }

  @Test func leavesToThePlanWhatOnlyThePlanKnows() {
    #expect(merge(["actualHours": 1], ["actualHours": 5], ["actualHours": 2]).merged == ["actualHours": 2])
  }

  // MARK: Properties

  private static let names = ["title", "assignee", "component", "priority", "dueDate", "storyPoints"]

  private func random(_ names: some Sequence<String>, _ random: inout SeededGenerator) -> Fields {
    var fields = Fields()
    for name in names where Bool.random(using: &random) { fields[name] = .int(.random(in: 0...3, using: &random)) }
    return fields
  }

  @Test func givesTheSameWhicheverOfTwoSidesComesFirstWhereTheyChangeDifferentFields() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let base = random(Self.names, &generator)
      let split = Self.names.shuffled(using: &generator)
      var (left, right) = (base, base)
      for (place, name) in split.enumerated() where Bool.random(using: &generator) {
        let value = Bool.random(using: &generator) ? Value.int(.random(in: 0...3, using: &generator)) : nil
        if place % 2 == 0 { left[name] = value } else { right[name] = value }
      }
      let first = merge(base, right, merge(base, left, base).merged)
      let second = merge(base, left, merge(base, right, base).merged)
      #expect(first.merged == second.merged, "seed \(seed)")
      #expect(first.conflicts.isEmpty && second.conflicts.isEmpty, "seed \(seed)")
    }
  }

  @Test func obeysTheLawsOfMerging() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let (base, ours, theirs) = (
        random(Self.names, &generator), random(Self.names, &generator), random(Self.names, &generator)
      )
      #expect(merge(base, base, theirs).merged == theirs, "seed \(seed)")
      #expect(merge(base, ours, base).merged == ours, "seed \(seed)")
      #expect(merge(base, ours, ours).conflicts.isEmpty, "seed \(seed)")
      let (there, back) = (merge(base, ours, theirs), merge(base, theirs, ours))
      #expect(Set(there.conflicts.map(\.field)) == Set(back.conflicts.map(\.field)), "seed \(seed)")
      #expect(merge(base, ours, theirs, .ours).merged == merge(base, theirs, ours, .theirs).merged, "seed \(seed)")
    }
  }
}
