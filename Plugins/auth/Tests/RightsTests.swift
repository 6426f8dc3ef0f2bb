import PluginTesting
import Testing

@testable import AuthPlugin

@Suite struct RightsTests {
  private func meet(_ left: String, _ right: String) throws -> String {
    try #require(Rights(left)).intersection(try #require(Rights(right))).text
  }

  @Test func keepsWhatBothAllow() throws {
    #expect(try meet("*", "tasks:read") == "tasks:read")
    #expect(try meet("write", "destructive exec") == "write")
    #expect(try meet("tasks:destructive read", "write") == "read tasks:write")
    #expect(try meet("tasks:write", "sprints:write") == "")
    #expect(try meet("admin", "read write") == "")
    #expect(try meet("read tasks:write", Role.viewer.rights.text) == "read")
    #expect(try meet("*", Role.admin.rights.text) == "*")
  }

  @Test func dropsWhatOthersInclude() throws {
    #expect(Rights("read write tasks:read admin")?.text == "admin write")
    #expect(Rights("* read exec")?.text == "*")
    #expect(Rights("")?.isEmpty == true)
  }

  @Test(arguments: ["tasks:", ":read", "tasks:dance", "Tasks:read", "a:b:read", "re*d", "9to5", "read:read:read"])
  func refusesWhatIsNoRight(text: String) {
    #expect(Rights(text) == nil)
  }

  @Test func growsWithTheRole() {
    for (smaller, larger) in zip(Role.allCases, Role.allCases.dropFirst()) {
      #expect(larger.rights.includes(smaller.rights))
      #expect(!smaller.rights.includes(larger.rights))
    }
  }

  /// An intersection is the largest that both include, whatever the words are.
  @Test func intersectsAsSetsDo() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let words =
      ["*", "admin", "exec"]
      + ["", "a:", "b:"].flatMap { service in
        ["read", "write", "destructive"].map { service + $0 }
      }
    func some() -> Rights {
      Rights(words.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }.compactMap { Rights.Word($0) })
    }
    for _ in 0..<500 {
      let (left, right, probe) = (some(), some(), some())
      let both = left.intersection(right)
      #expect(left.includes(both) && right.includes(both), "seed \(seed): \(left.text) and \(right.text)")
      #expect(both == right.intersection(left), "seed \(seed)")
      #expect(
        both.includes(probe) == (left.includes(probe) && right.includes(probe)),
        "seed \(seed): \(left.text) and \(right.text), \(probe.text)")
    }
  }
}
