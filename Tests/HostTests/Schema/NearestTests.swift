import Testing

@testable import OrchestronHost

@Suite struct NearestTests {
  @Test(arguments: [
    ("titel", "title"), ("Title", "title"), ("titles", "title"), ("itle", "title"), ("statsu", "status"), ("ID", "id"),
    ("descirptoin", "description"), ("due_date", "dueDate"), ("pirority", "priority"),
  ])
  func findsWhatWasMeant(word: String, expected: String) {
    #expect(nearest(word, in: ["id", "title", "status", "description", "dueDate", "priority"]) == expected)
  }

  @Test(arguments: ["", "x", "ie", "owner", "tile-of-x", String(repeating: "title", count: 100)])
  func findsNothingWhenNothingIsNear(word: String) {
    #expect(nearest(word, in: ["id", "title", "status"]) == nil)
  }

  @Test func prefersTheNearestAndThenTheFirst() {
    #expect(nearest("sprints", in: ["spring", "sprint", "sprintz"]) == "sprint")
    #expect(nearest("cat", in: []) == nil)
  }
}
