import Testing

@testable import OrchestronHost

/// Dynamic calls into the fixture `echo`, a plugin in C with a method of every kind.
@Suite struct CallTests {
  private func started() throws -> TestHost {
    let host = try TestHost([try Fixtures.path("echo")])
    try host.start()
    return host
  }

  @Test func answersEveryExampleAsItsDeclarationSays() throws {
    let host = try started()
    var count = 0
    for service in host.host.registry.all where service.declaration.name == "echo" {
      for method in service.methods where method.declaration.isPublic {
        for example in method.declaration.examples?.array ?? [] {
          let outcome = try host.call(method.declaration.fullName, (example["args"] ?? [:]).text)
          if let error = example["error"]?.string {
            #expect(outcome.status.name == error, "\(method.declaration.fullName): \(outcome.message)")
          } else {
            #expect(outcome.answer == example["result"], "\(method.declaration.fullName): \(outcome.message)")
          }
          count += 1
        }
      }
    }
    #expect(count > 20)
    #expect(!host.logged("answered"), "\(host.log.last ?? "")")
  }

  @Test(arguments: [
    (#"{}"#, #"echo.text needs the argument "value": A text."#),
    (#"{"value":1}"#, #"argument "value" of echo.text is a number, not a string"#),
    (#"{"value":"a","valeu":"b"}"#, #"echo.text has no argument "valeu"; did you mean "value"?"#),
    (#"{"value":"a","value":"b"}"#, "stands twice"),
    (#"[1]"#, "the arguments of echo.text are not a JSON object"),
    (#"{"value":"#, "the arguments of echo.text are not valid JSON"),
  ])
  func saysWhatIsWrongWithArguments(arguments: String, sentence: String) throws {
    let outcome = try started().call("echo.text", arguments)
    #expect(outcome.status == .invalidArgument)
    #expect(outcome.message.contains(sentence), "\(outcome.message)")
  }

  @Test func namesTheAllowedValuesOfAnArgument() throws {
    let outcome = try started().call("echo.color", #"{"color":"bleu"}"#)
    #expect(outcome.failure?.details?["errors"]?[0]?["allowed"] == ["red", "green", "blue"])
    #expect(outcome.failure?.details?["errors"]?[0]?["path"] == "/color")
  }

  @Test func namesTheNearestMethodAndService() throws {
    let host = try started()
    #expect(try host.call("echo.txet").message == #"service "echo" has no method "txet"; did you mean "echo.text"?"#)
    #expect(try host.call("ecoh.text").message == #"there is no service "ecoh"; did you mean "echo"?"#)
    #expect(try host.call("echo.txet").status == .notFound)
  }

  @Test func hidesInternalMethodsFromTheOutside() throws {
    let outcome = try started().call("echo.secret", #"{"value":"x"}"#)
    #expect(outcome.status == .notFound)
  }

  @Test func keepsIntegersExact() throws {
    let outcome = try started().call("echo.integer", #"{"value":9007199254740993}"#)
    #expect(outcome.answer == .int(9_007_199_254_740_993))
  }

  @Test func cancelsACallAndTellsTheCallee() throws {
    let host = try started()
    var failure: Failure?
    let id = host.host.call("echo.never", [], as: "user:test") { reply in
      if case .failure(let reason, _) = reply { failure = reason }
    }
    #expect(failure == nil)
    host.host.cancel(id)
    #expect(failure?.status == .cancelled)
    let seen = try host.call("echo.cancelled").answer
    #expect(seen?["cancelled"] == 1, "\(seen?.text ?? "nothing")")
  }

  @Test func answersForACalleeThatMissesItsDeadline() throws {
    let host = try started()
    var failure: Failure?
    host.host.call("echo.never", [], as: "user:test", timeout: 30) { reply in
      if case .failure(let reason, _) = reply { failure = reason }
    }
    host.turn { failure != nil }
    #expect(failure?.status == .deadlineExceeded)
    #expect(failure?.message == "echo.never did not answer in time")
  }

  @Test func deliversTheChunksOfAStreamInOrder() throws {
    let outcome = try started().call("echo.chunks", #"{"count":100}"#)
    #expect(outcome.answer == 100)
    #expect(outcome.chunks.count == 100)
  }

  @Test func tellsTheCalleeOnWhoseBehalf() throws {
    let outcome = try started().call("echo.context", as: "user:ada")
    #expect(outcome.answer?["actor"] == "user:ada")
    #expect(outcome.answer?["caller"] == "host")
  }

  @Test func answersConcurrentCallsEachOnce() throws {
    let host = try started()
    var answers: [Int: Int] = [:]
    for index in 0..<500 {
      let method = index % 3 == 0 ? "echo.sleep" : "echo.slow"
      host.host.call(method, Array(#"{"ms":\#(index % 7)}"#.utf8), as: "user:test") { reply in
        if case .end = reply { answers[index, default: 0] += 1 }
      }
    }
    host.turn { answers.count == 500 }
    #expect(answers.count == 500)
    #expect(answers.values.allSatisfy { $0 == 1 })
    #expect(host.host.dispatcher.inFlight == 0)
  }
}

/// Typed calls between the fixtures `consumer` and `echo`, and the example `rice`.
@Suite struct TypedCallTests {
  private func started() throws -> TestHost {
    let host = try TestHost([
      try Fixtures.path("echo"), try Fixtures.path("consumer"), try Fixtures.example("rice"),
    ])
    try host.start()
    try #require(host.plugin("consumer")?.state == .started, "\(host.log.last ?? "")")
    return host
  }

  @Test(arguments: [
    ("consumer.score", #"{"reach":100,"impact":2,"confidence":0.5,"effort":4}"#, JSON.double(25)),
    ("consumer.scoreOnWorker", #"{"reach":100,"impact":2,"confidence":0.5,"effort":4}"#, .double(25)),
    ("consumer.repeat", #"{"value":"ab"}"#, "ab"),
    ("consumer.handleNumber", #"{"value":0.1}"#, .double(0.1)),
    ("consumer.handleText", #"{"value":"a\"b"}"#, "a\"b"),
    ("consumer.secret", #"{"value":"s"}"#, "s"),
    ("consumer.slowOnWorker", #"{"ms":2}"#, 2),
    ("consumer.sleepOnWorker", #"{"ms":1}"#, 2),
    ("consumer.numberOnWorker", #"{"value":4.5}"#, .double(4.5)),
    ("consumer.twice", #"{"value":21}"#, 42),
    ("consumer.forward", #"{"method":"echo.text","args":{"value":"x"}}"#, "x"),
    ("consumer.forward", #"{"method":"echo.text","args":{"value":"x"},"inline":true}"#, "x"),
    // A deadline that is further away than times can be told is none.
    ("consumer.forward", #"{"method":"echo.text","args":{"value":"x"},"timeoutMs":9223372036854775807}"#, "x"),
  ])
  func reachesEveryKindOfMethodByItsSlot(method: String, arguments: String, answer: JSON) throws {
    let outcome = try started().call(method, arguments)
    #expect(outcome.answer == answer, "\(outcome.message)")
  }

  @Test func carriesTheCalleesOwnErrorThroughASlot() throws {
    let outcome = try started().call("consumer.fails", #"{"status":5,"message":"No such thing."}"#)
    #expect(outcome.status == .notFound)
    #expect(outcome.message == "No such thing.")
  }

  @Test func givesTheSameErrorByASlotAsByACall() throws {
    let host = try started()
    let arguments = #"{"reach":1,"impact":1,"confidence":1,"effort":0}"#
    let (typed, direct) = (try host.call("consumer.score", arguments), try host.call("rice.score", arguments))
    #expect(typed.failure == direct.failure)
    #expect(direct.status == .invalidArgument)
  }
}
