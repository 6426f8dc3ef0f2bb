import PluginKit
import Testing

@testable import CorePlugin

@Suite struct BookmarkTargetTests {
  @Test func isCalledByItsTitleItsNameOrItsKey() {
    #expect(BookmarkTarget(["id": "1", "key": "ORC-1", "title": "A"], kind: "task")?.title == "A")
    #expect(BookmarkTarget(["id": "1", "key": "ORC", "name": "Shop"], kind: "project")?.title == "Shop")
    #expect(BookmarkTarget(["id": "1", "key": "ORC-S1", "title": .null], kind: "sprint")?.title == "ORC-S1")
  }

  @Test func belongsToAProjectAlsoWhenItIsOne() {
    #expect(BookmarkTarget(["id": "1", "project": .null], kind: "project")?.project == "1")
    #expect(BookmarkTarget(["id": "1", "project": "2"], kind: "task")?.project == "2")
  }

  @Test func isNothingThatWasDeleted() {
    #expect(BookmarkTarget(["id": "1", "hidden": "deleted"], kind: "task") == nil)
    #expect(BookmarkTarget(["id": "1", "hidden": "archived"], kind: "task") != nil)
    #expect(BookmarkTarget(["key": "ORC-1"], kind: "task") == nil)
  }
}
