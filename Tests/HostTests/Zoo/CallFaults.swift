import Testing

@testable import OrchestronHost

/// Methods that break a rule when they are called dynamically.
@Suite struct CallFaults {
  // MARK: Exceptions

  @Test func turnsAnExceptionOfAHandlerIntoInternal() throws {
    let zoo = try Zoo("handler-throws")
    try zoo.expectRun("handler-throws", fails: .internal, #"handler_throws\.run"#)
    try zoo.expectFailed("handler-throws", #"handler_throws\.run threw: no answer today"#)
  }

  @Test func turnsAnExceptionBelowLibffiIntoInternal() throws {
    let zoo = try Zoo("native-throws")
    try zoo.expectRun("native-throws", fails: .internal, #"native_throws\.run"#)
    try zoo.expectFailed("native-throws", #"native_throws\.run threw: no number today"#)
  }

  @Test func survivesAnExceptionOfAnyType() throws {
    let zoo = try Zoo("throws-anything")
    try zoo.expectRun("throws-anything", fails: .internal, #"throws_anything\.run"#)
    try zoo.expectFailed("throws-anything", #"throws_anything\.run threw"#)
  }

  @Test func survivesATimerThatThrows() throws {
    let zoo = try Zoo("timer-throws")
    try zoo.expectRun("timer-throws", answers: .null)
    try zoo.expectLog(naming: "timer-throws", "timer-throws.*no time today")
    try zoo.expectFailed("timer-throws", "timer")
  }

  @Test func survivesATaskThatThrows() throws {
    let zoo = try Zoo("task-throws")
    try zoo.expectRun("task-throws", answers: .null)
    try zoo.expectLog(naming: "task-throws", "task-throws.*no work today")
    try zoo.expectFailed("task-throws", "task")
  }

  // MARK: Answers

  @Test func countsASecondAnswer() throws {
    let zoo = try Zoo("answers-twice")
    try zoo.expectRun("answers-twice", answers: .null)
    try zoo.expectLog(naming: "answers-twice", #"answers_twice\.run answered twice"#)
    try zoo.expectSeen("answers-twice", 9)
    #expect(zoo.faults(of: "answers-twice") == 1)
    try zoo.expectAlive()
  }

  @Test func answersForAHandlerThatDoesNot() throws {
    let zoo = try Zoo("answers-never")
    try zoo.expectRun("answers-never", fails: .internal, #"answers_never\.run"#)
    try zoo.expectLog(naming: "answers-never", #"answers_never\.run"#)
    try zoo.expectAlive()
  }

  @Test func answersWhenACallIsLetGo() throws {
    let zoo = try Zoo("answers-by-release")
    try zoo.expectRun("answers-by-release", fails: .internal, #"answers_by_release\.run"#)
    try zoo.expectLog(naming: "answers-by-release", #"answers_by_release\.run"#)
    try zoo.expectAlive()
  }

  @Test func dropsALateAnswerWithoutBlame() throws {
    let zoo = try Zoo("answers-late")
    #expect(try zoo.run("answers-late", timeout: 50).status == .deadlineExceeded)
    var seen: JSON? = -1
    zoo.host.turn {
      seen = try? zoo.host.call("answers_late.seen").answer
      return seen != -1
    }
    #expect(seen == 1)
    #expect(zoo.faults(of: "answers-late") == 0)
    try zoo.expectAlive()
  }

  @Test func waitsForACallThatAWorkerKept() throws {
    let zoo = try Zoo("worker-retains")
    for _ in 0..<20 { try zoo.expectRun("worker-retains", answers: .null) }
    #expect(zoo.faults(of: "worker-retains") == 0)
    try zoo.expectAlive()
  }

  @Test func refusesAnAnswerFromAnotherThread() throws {
    let zoo = try Zoo("answers-from-thread")
    try zoo.expectRun("answers-from-thread", fails: .internal, #"answers_from_thread\.run"#)
    try zoo.expectLog(naming: "answers-from-thread", #"answers_from_thread\.run.*thread"#)
    try zoo.expectSeen("answers-from-thread", 9)
    try zoo.expectAlive()
  }

  @Test func countsABrokenPromiseToAnswerNow() throws {
    let zoo = try Zoo("breaks-answers-now")
    try zoo.expectRun("breaks-answers-now", answers: .null)
    try zoo.expectLog(naming: "breaks-answers-now", #"breaks_answers_now\.run promised ANSWERS_NOW"#)
    #expect(zoo.faults(of: "breaks-answers-now") == 1)
    try zoo.expectAlive()
  }

  // MARK: Contents

  @Test func readsAnUnknownStatusAsInternal() throws {
    let zoo = try Zoo("fails-with-unknown-status")
    try zoo.expectRun("fails-with-unknown-status", fails: .internal, #"fails_with_unknown_status\.run"#)
    try zoo.expectAlive()
  }

  @Test func repairsAMessageThatIsNotUTF8() throws {
    let zoo = try Zoo("fails-with-invalid-utf8")
    try zoo.expectRun("fails-with-invalid-utf8", fails: .notFound, "^no caf\u{FFFD}$")
    #expect(try zoo.run("fails-with-invalid-utf8").failure?.details == nil)
    try zoo.expectAlive()
  }

  @Test(arguments: [
    ("reply-invalid-utf8", #"reply_invalid_utf8\.run"#),
    ("reply-invalid-json", #"reply_invalid_json\.run answered invalid JSON"#),
    ("reply-wrong-type", #"reply_wrong_type\.run answered no integer"#),
    ("reply-null-buffer", #"reply_null_buffer\.run"#),
    ("native-invalid-utf8", #"native_invalid_utf8\.run"#),
    ("native-invalid-json", #"native_invalid_json\.run"#),
    ("emits-invalid-json", #"emits_invalid_json\.run"#),
  ])
  func refusesAReplyThatIsNotWhatWasDeclared(fixture: String, pattern: String) throws {
    let zoo = try Zoo(fixture)
    try zoo.expectRun(fixture, fails: .internal, #"\.run"#)
    try zoo.expectLog(naming: fixture, pattern)
    #expect(zoo.faults(of: fixture) == 1)
    try zoo.expectAlive()
  }

  @Test func refusesANumberThatJSONCannotExpress() throws {
    let zoo = try Zoo("native-not-finite")
    try zoo.expectRun("native-not-finite", fails: .outOfRange, #"native_not_finite\.run"#)
    try zoo.expectAlive()
  }

  @Test func refusesAChunkOfAMethodThatDoesNotStream() throws {
    let zoo = try Zoo("emits-without-stream")
    try zoo.expectRun("emits-without-stream", answers: .null)
    try zoo.expectSeen("emits-without-stream", 9)
    try zoo.expectAlive()
  }

  @Test func refusesAChunkAfterTheAnswer() throws {
    let zoo = try Zoo("emits-after-answer")
    try zoo.expectRun("emits-after-answer", answers: .null)
    try zoo.expectSeen("emits-after-answer", 9)
    try zoo.expectAlive()
  }

  // MARK: Verbs

  @Test func survivesNullArgumentsOfEveryVerb() throws {
    let zoo = try Zoo("null-arguments")
    try zoo.expectRun("null-arguments", answers: .null)
    try zoo.expectSeen("null-arguments", 6)
    try zoo.expectAlive()
  }

  @Test func namesAVerbCalledOnTheWrongThread() throws {
    let zoo = try Zoo("wrong-thread")
    try zoo.expectRun("wrong-thread", answers: .null)
    try zoo.expectLog(naming: "wrong-thread", "import_slot.*loop")
    try zoo.expectSeen("wrong-thread", 9)
    try zoo.expectAlive()
  }

  @Test func namesAMethodThatHoldsTheLoop() throws {
    let zoo = try Zoo("blocks-loop")
    try zoo.expectRun("blocks-loop", answers: .null)
    try zoo.expectLog(naming: "blocks-loop", #"held the loop for ([5-9]\d|\d{3,}) ms in blocks_loop\.run"#)
    try zoo.expectAlive()
  }

  // MARK: Arguments

  @Test func survivesAnArgumentOf100MB() throws {
    let zoo = try Zoo("echo")
    let text = String(repeating: "a", count: 100 << 20)
    let outcome = try zoo.host.call("echo.text", #"{"value":""# + text + #""}"#)
    #expect(outcome.status == .resourceExhausted, "\(outcome.message)")
    #expect(outcome.message.contains("echo.text"))
    try zoo.expectAlive()
  }

  @Test func refusesJSONNested10000Deep() throws {
    let zoo = try Zoo("echo")
    let nested = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    let outcome = try zoo.host.call("echo.json", #"{"value":"# + nested + "}")
    #expect(outcome.status == .invalidArgument)
    #expect(outcome.message.contains("nested deeper than 512"), "\(outcome.message)")
    try zoo.expectAlive()
  }
}
