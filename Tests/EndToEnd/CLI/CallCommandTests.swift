import Glibc
import OrchestronHost
import Testing

/// `orchestron call`, with and without a running host.
@Suite struct CallCommandTests {
  private let shell: Shell

  init() throws { shell = try Shell(plugins: [try Plugins.fixture("echo")]) }

  @Test func callsAMethodWithoutARunningHost() throws {
    let outcome = try shell.run("call", "echo.repeat", "text=ab", "times=2")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "\"abab\"\n")
    #expect(outcome.errors.isEmpty)
    #expect(shell.read(".orchestron/host.lock").isEmpty)
    #expect(shell.read(".orchestron/.gitignore") == "*\n")
  }

  @Test func givesTheSameAnswersWithARunningHost() throws {
    let calls = [
      ["echo.who"], ["echo.repeat", "text=ab", "times=2"], ["echo.repeat", #"{"text":"ab","times":2}"#],
      ["echo.color", "color=pink"], ["echo.colour"], ["echo.repeat", "txt=a"], ["echo.repeat", "times=x", "text=a"],
      ["echo.fails", "status=5", "message=gone"], ["echo.secret", "value=x"], ["nobody.method"],
      ["echo.chunks", "count=2"],
    ]
    let alone = try calls.map { try shell.start(["call"] + $0 + ["--json"]).wait() }
    let host = try shell.host()
    let joined = try calls.map { try shell.start(["call"] + $0 + ["--json"]).wait() }
    for (call, (one, other)) in zip(calls, zip(alone, joined)) {
      #expect(one.output == other.output, "\(call)")
      #expect(one.status == other.status, "\(call)")
    }
    host.signal(SIGTERM)
    #expect(host.wait().status == 0)
  }

  @Test func actsAsTheUserWithAndWithoutARunningHost() throws {
    let alone = try shell.run("call", "echo.context").json
    let host = try shell.host()
    let joined = try shell.run("call", "echo.context").json
    #expect(alone?["actor"]?.string?.hasPrefix("user:") == true)
    #expect(alone?["actor"] == joined?["actor"])
    host.signal(SIGTERM)
  }

  @Test func readsEachValueAsItsParameterIsDeclared() throws {
    let outcome = try shell.run(
      "call", "echo.mixed", "boolean=true", "integer=-7", "number=2.5", "text=007", "bytes=AAEC", "json=[1]")
    #expect(outcome.output == "\"true -7 2.5 007 3 [1]\"\n", "\(outcome.errors)")
    #expect(try shell.run("call", "echo.text", "value=true").output == "\"true\"\n")
    #expect(try shell.run("call", "echo.text", "value=").output == "\"\"\n")
    #expect(try shell.run("call", "echo.text", "value=a=b").output == "\"a=b\"\n")
    #expect(try shell.run("call", "echo.integer", "value=9007199254740993").output == "9007199254740993\n")
    #expect(try shell.run("call", "echo.json", "value=word").output == "\"word\"\n")
    #expect(try shell.run("call", "echo.json", #"value={"a":null}"#).output == "{\"a\":null}\n")
    #expect(try shell.run("call", "echo.json", "value={a}").status == 2)
  }

  @Test func takesTheContentOfAFile() throws {
    try shell.write("value.json", #"{"deep":[true]}"#)
    #expect(try shell.run("call", "echo.json", "value=@value.json").output == "{\"deep\":[true]}\n")
    #expect(try shell.run("call", "echo.bytes", "value=@value.json").output == "\"eyJkZWVwIjpbdHJ1ZV19\"\n")
    #expect(try shell.run("call", "echo.text", "value=@value.json").output == "\"@value.json\"\n")
    let missing = try shell.run("call", "echo.json", "value=@absent")
    #expect(missing.status == 3)
    #expect(missing.errors.contains("absent cannot be opened"))
  }

  @Test(arguments: [
    (1, 1), (3, 2), (4, 6), (5, 3), (6, 5), (7, 4), (8, 1), (9, 5), (10, 5), (11, 2), (12, 1), (13, 1), (14, 6),
    (15, 1),
    (16, 4), (99, 1),
  ])
  func endsWithTheCodeOfTheStatus(status: Int, code: Int) throws {
    let outcome = try shell.run("call", "echo.fails", "status=\(status)", "message=So it is.")
    #expect(outcome.status == code)
    #expect(outcome.errors == "error: So it is.\n")
    #expect(outcome.output.isEmpty)
  }

  @Test func printsAProblemOnRequest() throws {
    let outcome = try shell.run("call", "echo.color", "--json", #"{"color":"pink"}"#)
    #expect(outcome.status == 2)
    #expect(outcome.json?["code"] == "invalid_argument")
    #expect(outcome.json?["errors"]?[0]?["path"] == "/color")
    #expect(outcome.json?["errors"]?[0]?["allowed"] == ["red", "green", "blue"])
    #expect(outcome.errors.isEmpty)
  }

  @Test func printsOneLineForEachChunkAndThenTheAnswer() throws {
    let expected = [#"{"n":0,"pad":""}"#, #"{"n":1,"pad":""}"#, "2"]
    #expect(try shell.run("call", "echo.chunks", "count=2").lines == expected)
    let host = try shell.host()
    #expect(try shell.run("call", "echo.chunks", "count=2").lines == expected)
    #expect(try shell.run("call", "echo.chunks", "count=3000", "size=1000").lines.count == 3001)
    host.signal(SIGTERM)
  }

  @Test func givesUpInTime() throws {
    for isAlone in [true, false] {
      let host = isAlone ? nil : try shell.host()
      let outcome = try shell.run("call", "echo.never", "--timeout", "0.05")
      #expect(outcome.status == 6)
      #expect(outcome.errors == "error: echo.never did not answer in time\n")
      host?.signal(SIGTERM)
    }
    #expect(try shell.run("call", "echo.never", "--timeout", "0").status == 2)
  }

  @Test func namesTheNearestServiceMethodAndArgument() throws {
    #expect(try shell.run("call", "ecco.who").errors.contains("did you mean \"echo\"?"))
    #expect(try shell.run("call", "echo.whoo").errors.contains("did you mean \"echo.who\"?"))
    #expect(try shell.run("call", "echo.repeat", "txt=a").errors.contains("did you mean \"text\"?"))
    #expect(try shell.run("call", "echo.repeat", "text").errors.contains("write name=value"))
  }

  @Test func letsSeveralCommandsTakeTurns() throws {
    let commands = try (0..<4).map { try shell.start(["call", "echo.slow", "ms=\(20 + $0)"]) }
    for (number, command) in commands.enumerated() {
      let outcome = command.wait()
      #expect(outcome.output == "\(20 + number)\n", "\(outcome.errors)")
    }
  }

  @Test func needsARunningHostForTheHostsOwnService() throws {
    let outcome = try shell.run("call", "host.health")
    #expect(outcome.status == 6)
    #expect(outcome.errors.contains("start one by `orchestron run`"))
    let host = try shell.host()
    #expect(try shell.run("call", "host.health").json?["status"] == "ok")
    host.signal(SIGTERM)
  }

  @Test func saysWhyThePluginOfTheServiceFailed() throws {
    let shell = try Shell(plugins: [try Plugins.fixture("create-fails")])
    let outcome = try shell.run("call", "create_fails.run")
    #expect(outcome.status == 6)
    #expect(outcome.errors.contains("plugin \"create-fails\" failed: "))
    #expect(outcome.errors.contains("The coffee machine is empty."))
  }
}
