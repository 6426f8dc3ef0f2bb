import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// What callers may do, never more than the role that MCP callers have.
@Suite struct RightsTests {
  @Test(arguments: [
    ("*", Role.member, "write"), ("*", .admin, "*"), ("*", .viewer, "read"), ("read", .member, "read"),
    ("destructive exec", .member, "write"), ("destructive exec admin", .maintainer, "destructive exec"),
    ("tasks:destructive notes:read", .member, "notes:read tasks:write"), ("", .admin, ""), ("admin", .member, ""),
    ("read tasks:write", .viewer, "read tasks:read"), ("admin write", .admin, "write admin"),
  ])
  func limitsToARole(words: String, role: Role, gets: String) {
    #expect(Rights(words).limited(to: role).words == gets)
  }

  @Test @Loop func knowsRightsAgainByTheirWordsAndRole() {
    let callers = Callers()
    for _ in 0..<2 {
      let asked: [(String, Role)] = [("*", .viewer), ("*", .member), ("read", .member)]
      let words = asked.map { callers.rights($0.0, $0.1).words }
      #expect(words == ["read", "write", "read"])
    }
  }

  @Test func allowsAnEffectByAllServicesOrByOne() {
    let rights = Rights("read tasks:write exec")
    #expect(rights.allow(.read, of: "notes", permission: nil))
    #expect(!rights.allow(.write, of: "notes", permission: nil))
    #expect(rights.allow(.write, of: "tasks", permission: nil))
    #expect(!rights.allow(.destructive, of: "tasks", permission: nil))
    #expect(rights.allow(.destructive, of: "a", permission: "exec"))
    #expect(!rights.allow(.read, of: "a", permission: "admin"))
    #expect(rights.allow(.write, of: "a", permission: "read"))
  }

  @Test func neverGivesMoreThanThereWas() {
    var random = SeededGenerator(seed: 11)
    let words = ["read", "write", "destructive", "a:read", "a:write", "b:destructive", "exec", "admin", "ingest"]
    for _ in 0..<500 {
      let had = Rights(words.filter { _ in Bool.random(using: &random) }.joined(separator: " "))
      for role in Role.allCases {
        let limited = had.limited(to: role)
        for service in ["a", "b", "c"] {
          for effect in Effect.allCases where limited.allow(effect, of: service, permission: nil) {
            #expect(had.allow(effect, of: service, permission: nil))
          }
        }
        for right in ["exec", "admin", "ingest", "read", "write"] where limited.allow(.read, of: "a", permission: right)
        {
          #expect(had.allow(.read, of: "a", permission: right))
        }
      }
    }
  }

  @Test(arguments: [
    ("claude-code", "agent:claude-code"), ("", "agent:mcp"), ("a b:c\n", "agent:a-b-c-"), ("é", "agent:--"),
  ])
  func namesAnAgent(name: String, actor: String) {
    var client = Client()
    client.name = name
    #expect(client.actor == actor)
  }
}
