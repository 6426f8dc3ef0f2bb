import CHost
import Glibc
import Testing

@testable import OrchestronHost

/// `host.configure`: a change while the host runs.
@Suite struct ConfigureTests {
  @Test func tellsThePluginItsWholeSectionAndWritesTheFile() throws {
    let host = try ConfigurableHost(
      #"{"plugins":{"deaf":{"pace":9},"changer":{"place":"there","pace":2}},"host":{"workers":2}}"#)
    let outcome = try host.change(#"{"plugins":{"changer":{"pace":5,"limits":{"high":20}}}}"#)
    #expect(outcome.status == .ok, "\(outcome.message)")
    #expect(
      try host.config(of: "changer")
        == ["place": "there", "pace": 5, "shelf": ["boards": 3, "books": []], "limits": ["high": 20, "low": 5]])
    #expect(
      try host.text == """
        {
          "plugins": {
            "deaf": {
              "pace": 9
            },
            "changer": {
              "place": "there",
              "pace": 5,
              "limits": {
                "high": 20
              }
            }
          },
          "host": {
            "workers": 2
          }
        }

        """)
    #expect(outcome.answer?["file"] == .string(host.path))
    #expect(outcome.answer?["plugins"]?["changer"]?["pace"] == 5)
    #expect(try host.test.call("host.config").answer?["plugins"] == outcome.answer?["plugins"])
    #expect(
      host.test.logged("user:ada changed the configuration: plugins.changer.pace, plugins.changer.limits.high"),
      "\(host.test.log)")
  }

  @Test func nullGoesBackToTheDefault() throws {
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"pace":2,"shelf":{"boards":1,"more":{}}}}}"#)
    #expect(try host.change(#"{"plugins":{"changer":{"pace":null,"shelf":{"boards":null}}}}"#).status == .ok)
    #expect(try host.config(of: "changer")["pace"] == 1)
    #expect(try host.config(of: "changer")["shelf"] == ["more": [:], "boards": 3, "books": []])
    #expect(try JSON(parsing: host.text) == ["plugins": ["changer": ["shelf": ["more": [:]]]]])
    #expect(try host.change(#"{"plugins":{"changer":null}}"#).status == .ok)
    #expect(try host.config(of: "changer")["shelf"] == ["boards": 3, "books": []])
    #expect(try JSON(parsing: host.text) == ["plugins": [:]])
  }

  @Test func changesTheLevelOfTheLogForPluginsToo() throws {
    let host = try ConfigurableHost("{}")
    let plugin = try #require(host.test.host.lifecycle.plugin("changer"))
    func say(_ words: String) {
      orch_str.with(words) { host.test.host.log.write(level: 20, message: $0, fields: .empty, plugin: plugin.id) }
    }
    #expect(try host.change(#"{"host":{"logLevel":"warn"}}"#).status == .ok)
    say("first")
    #expect(!host.test.logged("first"))
    #expect(host.test.logged("user:ada changed the configuration: host.logLevel"))
    #expect(try host.change(#"{"host":{"logLevel":"debug"}}"#).status == .ok)
    say("second")
    #expect(host.test.logged("second"))
    #expect(try host.change(#"{"host":{"logLevel":null}}"#).answer?["host"]?["logLevel"] == "info")
    #expect(host.test.host.log.level == .info)
  }

  @Test func publishesTheKeysAndNeverTheValues() throws {
    let host = try ConfigurableHost("{}")
    var events: [(JSON, String)] = []
    _ = try host.test.host.subscribe(["config:*"], since: nil, log: nil) { event in
      events.append(((try? JSON(parsing: event.pointee.data.bytes)) ?? .null, event.pointee.actor.string))
    }
    let outcome = try host.change(#"{"plugins":{"changer":{"password":"geheim","pace":2}}}"#)
    #expect(outcome.answer?["plugins"]?["changer"]?["password"] == "[redacted]")
    host.test.turn(upTo: 5) { !events.isEmpty }
    #expect(events.map(\.0) == [["keys": ["plugins.changer.pace", "plugins.changer.password"]]])
    #expect(events.map(\.1) == ["user:ada"])
    #expect(!host.test.logged("geheim"))
    #expect(try host.config(of: "changer")["password"] == "geheim")
    try host.expectRefusal(
      #"{"plugins":{"changer":{"password":"[redacted]"}}}"#, .invalidArgument, "in place of a secret")
  }

  @Test func holdsUntilTheHostEndsWithoutAFile() throws {
    let host = try ConfigurableHost(nil)
    let outcome = try host.change(#"{"plugins":{"changer":{"pace":7}}}"#)
    #expect(outcome.answer?["file"] == .null)
    #expect(outcome.answer?["note"]?.string?.contains("until the host ends") == true)
    #expect(try host.change(#"{"plugins":{"changer":{"deed":"none"}}}"#).status == .ok)
    #expect(try host.config(of: "changer")["pace"] == 7)
    #expect(access(host.path, F_OK) != 0)
  }

  @Test func takesNothingForNothing() throws {
    let host = try ConfigurableHost(#"{ "plugins" : {} }"#)
    for patch in ["{}", #"{"host":null}"#, #"{"plugins":{}}"#] {
      #expect(try host.change(patch).status == .ok)
      #expect(try host.text == #"{ "plugins" : {} }"#)
    }
    #expect(!host.test.logged("changed the configuration"))
  }

  @Test func keepsWhatWasWrittenByHandMeanwhile() throws {
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"pace":2}}}"#)
    try host.folder.write(
      ConfigurationFile.name,
      #"{"host":{"workers":9},"plugins":{"changer":{"pace":3,"deed":"mine","place":"there"},"refuser":{"pace":4}}}"#)
    #expect(try host.change(#"{"plugins":{"changer":{"limits":{"high":6}}}}"#).status == .ok)
    #expect(
      try JSON(parsing: host.text) == [
        "host": ["workers": 9],
        "plugins": [
          "changer": ["pace": 3, "deed": "mine", "place": "there", "limits": ["high": 6]], "refuser": ["pace": 4],
        ],
      ])
    let changer = try host.config(of: "changer")
    #expect(changer["pace"] == 3 && changer["deed"] == "mine" && changer["limits"]?["high"] == 6)
    #expect(changer["place"] == "here", "what takes a restart stays as it runs")
    #expect(try host.config(of: "refuser")["pace"] == 1, "sections that nobody speaks of stay as they run")
    #expect(try host.test.call("host.config").answer?["host"]?["workers"] == 4)
  }

  @Test func writesThroughALinkAndKeepsTheMode() throws {
    let host = try ConfigurableHost("{}")
    try host.folder.write("elsewhere/real.json", "{}")
    chmod("\(host.folder.path)/elsewhere/real.json", 0o640)
    unlink(host.path)
    try host.folder.link(ConfigurationFile.name, to: "elsewhere/real.json")
    #expect(try host.change(#"{"plugins":{"changer":{"pace":2}}}"#).status == .ok)
    var info = stat()
    #expect(lstat(host.path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(host.path, &info) == 0 && info.st_mode & 0o7777 == 0o640)
    #expect(try JSON(parsing: host.text)["plugins"]?["changer"]?["pace"] == 2)
  }

  @Test func makesChangesOneAfterTheOther() throws {
    let host = try ConfigurableHost("{}")
    var answers: [Int64?] = []
    for pace in 1...5 {
      host.test.host.call("host.configure", Array(#"{"plugins":{"changer":{"pace":\#(pace + 1)}}}"#.utf8), as: "user:a")
      {
        if case .end(let bytes) = $0 {
          answers.append((try? JSON(parsing: bytes))?["plugins"]?["changer"]?["pace"]?.int)
        }
      }
    }
    #expect(host.test.turn(upTo: 20) { answers.count == 5 })
    #expect(answers == [2, 3, 4, 5, 6])
    #expect(try JSON(parsing: host.text)["plugins"]?["changer"]?["pace"] == 6)
  }
}
