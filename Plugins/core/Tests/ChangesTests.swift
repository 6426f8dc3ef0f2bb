import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct ChangesTests {
  @Test func listsWhatIsNewChangedAndGone() {
    let changes = Changes(
      from: ["title": "a", "status": "todo", "dueDate": "2026-01-31"],
      to: ["title": "a", "status": "done", "progress": 100])
    #expect(
      changes.list == [
        .init(field: "status", old: "todo", new: "done"), .init(field: "progress", old: .null, new: 100),
        .init(field: "dueDate", old: "2026-01-31", new: .null),
      ])
  }

  @Test func leavesBookkeepingOut() {
    let changes = Changes(from: ["revision": 1, "a": 1], to: ["revision": 2, "a": 1], ignoring: ["revision"])
    #expect(changes.isEmpty)
  }

  @Test func seesNoChangeInAnotherSpellingOfANumber() {
    #expect(Changes(from: ["hours": 3], to: ["hours": 3.0]).isEmpty)
  }

  @Test func leadFromTheOldStateToTheNewOne() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in SeededGenerator.seeds(500) {
      guard case .object(let old) = Value.random(&random), case .object(let new) = Value.random(&random) else {
        continue
      }
      var replayed = old
      for change in Changes(from: old, to: new).list {
        #expect((replayed[change.field] ?? .null) == change.old, "seed \(seed)")
        replayed[change.field] = change.new == .null ? nil : change.new
      }
      // A member that is null and one that is absent are the same to events.
      for name in Set(old.names + new.names) {
        #expect((replayed[name] ?? .null) == (new[name] ?? .null), "seed \(seed)")
      }
    }
  }
}

@Suite struct ProjectItemTests {
  @Test func hasAnAnswerToEveryQuestionFromTheStart() {
    let project = ProjectItem(["name": "Shop"], id: "p", key: "shop", timeZone: "UTC")
    #expect(
      project.fields == [
        "id": "p", "key": "SHOP", "name": "Shop", "timeZone": "UTC", "workdays": ["mon", "tue", "wed", "thu", "fri"],
        "holidays": [], "hoursPerDay": 6, "estimateUnit": "hours",
      ])
  }

  @Test func keepsWorkdaysInTheOrderOfTheWeek() {
    let project = ProjectItem(
      ["name": "Shop", "timeZone": "Asia/Tokyo", "workdays": ["sun", "mon", "thu"], "hoursPerDay": .null], id: "p",
      key: "SHOP", timeZone: "UTC")
    #expect(project.fields["workdays"] == ["mon", "thu", "sun"])
    #expect(project.fields["timeZone"] == "Asia/Tokyo")
    #expect(project.fields["hoursPerDay"] == 6)
  }
}
