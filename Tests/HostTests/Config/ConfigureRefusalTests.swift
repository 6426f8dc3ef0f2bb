import Glibc
import Testing

@testable import OrchestronHost

/// What `host.configure` refuses: all of it, and nothing has happened.
@Suite struct ConfigureRefusalTests {
  @Test(arguments: [
    (#"{"host":{"logLevel":"loud"}}"#, Status.invalidArgument, #"at "host.logLevel": "#),
    (#"{"host":{"logLvel":"info"}}"#, .invalidArgument, #"did you mean "logLevel"?"#),
    (#"{"plugins":{"changer":{"pace":0}}}"#, .invalidArgument, #""plugins.changer.pace": must be at least 1"#),
    (#"{"plugins":{"changer":{"pace":2},"refuser":{"pase":2}}}"#, .invalidArgument, #"did you mean "pace"?"#),
    (#"{"plugins":{"changer":7}}"#, .invalidArgument, #"at "plugins.changer": "#),
    (#"{"disabled":[]}"#, .invalidArgument, #"has no argument "disabled""#),
    (#"{"host":[]}"#, .invalidArgument, #"argument "host""#),
    (#"{"plugins":{"chnger":{}}}"#, .notFound, #"no plugin "chnger"; did you mean "changer"?"#),
    (
      #"{"host":{"workers":3}}"#, .failedPrecondition,
      #""host.workers" cannot change while the host runs; change it in /"#
    ),
    (
      #"{"host":{"watchdog":{"warnMs":1}}}"#, .failedPrecondition,
      #""host.watchdog.warnMs" cannot change while the host runs"#
    ),
    (
      #"{"plugins":{"changer":{"pace":2,"place":"there"}}}"#, .failedPrecondition,
      #""plugins.changer.place" cannot change while the host runs"#
    ),
    (
      #"{"plugins":{"changer":{"limits":{"high":1,"low":2}}}}"#, .failedPrecondition,
      #""plugins.changer.limits.low" cannot change while the host runs"#
    ),
    (#"{"plugins":{"deaf":{"pace":2}}}"#, .failedPrecondition, "takes its configuration at its start alone"),
    (#"{"plugins":{"changer":{"deed":"refuse"}}}"#, .resourceExhausted, "There is no room for that."),
  ])
  func refusesAChange(patch: String, status: Status, sentence: String) throws {
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"pace":2,"deed":"none"}}}"#)
    try host.expectRefusal(patch, status, sentence)
    #expect(try host.change(#"{"plugins":{"changer":{"pace":3}}}"#).status == .ok, "it works as before")
  }

  @Test func namesTheFileThatIsToBeChanged() throws {
    let host = try ConfigurableHost("{}")
    let sentence = try host.change(#"{"host":{"workers":3}}"#).message
    #expect(sentence.contains(host.path) && sentence.contains("restart"), "\(sentence)")
  }

  @Test func refusesWhatAStrongerSourceSets() throws {
    let host = try ConfigurableHost(
      "{}", variables: ["LOG_LEVEL": "info"], flags: ["plugins": ["changer": ["pace": 4]]])
    try host.expectRefusal(
      #"{"host":{"logLevel":"debug"}}"#, .failedPrecondition,
      #""host.logLevel" is set by LOG_LEVEL, which wins over the file"#)
    try host.expectRefusal(
      #"{"plugins":{"changer":{"pace":5}}}"#, .failedPrecondition, "is set by the command line")
    #expect(try host.change(#"{"plugins":{"changer":{"deed":"other"}}}"#).status == .ok)
    #expect(try host.config(of: "changer")["pace"] == 4)
    #expect(try JSON(parsing: host.text) == ["plugins": ["changer": ["deed": "other"]]])
  }

  @Test func givesThoseBeforeTheOneThatRefusesTheirOldSectionAgain() throws {
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"pace":2}}}"#)
    try host.expectRefusal(
      #"{"plugins":{"refuser":{"deed":"refuse"},"changer":{"pace":8}}}"#, .resourceExhausted,
      #"plugin "refuser" refused the change: There is no room for that."#)
  }

  @Test func survivesAPluginThatThrows() throws {
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"pace":2}}}"#)
    try host.expectRefusal(
      #"{"plugins":{"changer":{"pace":8},"refuser":{"deed":"throw"}}}"#, .internal, "reconfigure failed inside")
    #expect(host.test.logged("reconfigure threw: no change today"))
    try host.expectRefusal(
      #"{"plugins":{"refuser":{"pace":2}}}"#, .failedPrecondition, #"plugin "refuser" is failed"#)
    #expect(try host.change(#"{"plugins":{"changer":{"pace":3}}}"#).status == .ok)
  }

  @Test func refusesAPluginThatWasNotLoaded() throws {
    let host = try ConfigurableHost(#"{"disabled":["refuser"]}"#)
    try host.expectRefusal(#"{"plugins":{"refuser":{"pace":2}}}"#, .notFound, #"no plugin "refuser""#)
  }

  @Test func undoesTheChangeWhenTheFileCannotBeWritten() throws {
    let host = try ConfigurableHost(#"{"plugins":{"changer":{"pace":2}}}"#)
    // A folder in the place of the draft stops every user, root included.
    try host.folder.makeFolder("\(ConfigurationFile.name).\(getpid())/full")
    try host.expectRefusal(#"{"plugins":{"changer":{"pace":8}}}"#, .failedPrecondition, "cannot be written")
    #expect(!host.test.logged("changed the configuration"))
  }

  @Test(arguments: ["{", #"{"host":{"workers":0}}"#, #"{"plugins":{"changer":{"pace":"x"}}}"#, "[]"])
  func refusesAFileThatIsNotValidAsItStands(text: String) throws {
    let host = try ConfigurableHost("{}")
    try host.folder.write(ConfigurationFile.name, text)
    try host.expectRefusal(#"{"plugins":{"changer":{"pace":8}}}"#, .failedPrecondition, "valid")
  }

  @Test func refusesAFileThatIsGone() throws {
    let host = try ConfigurableHost("{}")
    unlink(host.path)
    try host.expectRefusal(#"{"plugins":{"changer":{"pace":8}}}"#, .failedPrecondition, "has vanished")
    #expect(access(host.path, F_OK) != 0)
  }

  @Test func isForAdmins() throws {
    let host = try ConfigurableHost("{}")
    let method = try host.test.host.registry.method(named: "host.configure").declaration
    #expect(!Rights("read write destructive").allow(method))
    #expect(Rights("admin").allow(method))
  }
}
