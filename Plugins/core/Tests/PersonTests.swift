import PluginKit
import Testing

@testable import CorePlugin

@Suite struct HandleTests {
  @Test(arguments: [
    ("ada", "ada"), ("Ada", "ada"), ("claude-code", "claude-code"), ("a.b_c", "a.b_c"), ("Зоя", "зоя"), ("7", "7"),
  ])
  func hasOneSpelling(text: String, handle: String) {
    #expect(Handle.normalized(text) == handle)
  }

  @Test(arguments: ["", "me", "Me", "none", "two words", "-ada", ".ada", "@ada", "a/b", "a\u{0}", "a\n"])
  func refusesWhatIsNoHandle(text: String) {
    #expect(Handle.normalized(text) == nil)
  }

  @Test func isAtMostAsLongAsItMayBe() {
    let longest = String(repeating: "ß", count: Handle.maximalLength)
    #expect(Handle.normalized(longest) == longest)
    #expect(Handle.normalized(longest + "a") == nil)
    #expect(Handle.of(actor: "user:\(longest)a").count == Handle.maximalLength)
  }

  @Test(arguments: [
    ("user:Ada", "ada"), ("agent:Claude Code", "claude-code"), ("token:ci:nightly", "ci-nightly"), ("system", "system"),
    ("user:", "user"), ("agent:###", "unknown"), ("agent: x", "x"),
  ])
  func namesWhoeverActs(actor: String, handle: String) {
    #expect(Handle.of(actor: actor) == handle)
  }

  @Test func knowsTheCaller() {
    #expect(Handle.resolve("me", for: "user:Ada") == "ada")
    #expect(Handle.resolve("Me", for: "user:Ada") == "ada")
    #expect(Handle.resolve("grace", for: "user:Ada") == "grace")
  }

  @Test func knowsAHandleInAnySpelling() {
    #expect(Handle.resolve("Grace", for: "user:ada") == "grace")
    #expect(Handle.resolve("none", for: "user:ada") == "none")
    #expect(Handle.resolve("The team", for: "user:ada") == "The team")
  }
}

@Suite struct PersonItemTests {
  private func absence(_ from: String, _ to: String) -> Value { ["from": .string(from), "to": .string(to)] }

  @Test func isCalledByTheHandleWhenNoNameIsGiven() throws {
    let person = try PersonItem(["handle": "ADA", "name": .null], id: "1", handle: "ada")
    #expect(person.fields == ["id": "1", "kind": "person", "handle": "ada", "name": "ada", "absences": []])
  }

  @Test func isAwayFromTheFirstToTheLastDayOfAnAbsence() throws {
    let absences: Value = [absence("2026-12-24", "2027-01-02"), absence("2026-03-01", "2026-03-01")]
    let person = try PersonItem(["absences": absences], id: "1", handle: "ada")
    #expect(person.fields["absences"] == [absence("2026-03-01", "2026-03-01"), absence("2026-12-24", "2027-01-02")])
    let away = try #require(SprintCapacity.Person(person.fields, hoursPerDay: 8)).absences
    #expect(away.map(\.from.text) == ["2026-03-01", "2026-12-24"])
    #expect(away.map(\.to.text) == ["2026-03-01", "2027-01-02"])
  }

  @Test func refusesAnAbsenceThatEndsBeforeItBegins() throws {
    var person = try PersonItem([:], id: "1", handle: "ada")
    let old = person
    let failure = #expect(throws: Failure.self) {
      try person.apply(["absences": [absence("2026-01-01", "2026-01-02"), absence("2026-01-02", "2026-01-01")]])
    }
    #expect(failure?.status == .invalidArgument)
    #expect(failure?.details?.contains("/absences/1/to") == true)
    #expect(person == old)
  }

  @Test(arguments: ["kind", "name"])
  func keepsWhatEverybodyHas(field: String) throws {
    var person = try PersonItem([:], id: "1", handle: "ada")
    #expect(throws: Failure.self) { try person.apply([field: .null]) }
  }
}
