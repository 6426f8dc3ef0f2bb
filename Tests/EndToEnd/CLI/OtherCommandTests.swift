import Glibc
import OrchestronHost
import Testing

/// The commands that look at things.
@Suite struct OtherCommandTests {
  private let shell: Shell

  init() throws { shell = try Shell(plugins: [try Plugins.fixture("echo")]) }

  @Test func refusesWordsThatAreNotUTF8() throws {
    let outcome = try Client.execute(["sh", "-c", "\(Client.binary) call echo.text \"value=$(printf '\\377')\" 2>&1"])
    #expect(outcome.status == 2)
    #expect(outcome.output.contains("argument 3 is not UTF-8"), "\(outcome.output)")
  }

  @Test(arguments: [
    "run", "call", "events", "plugin list", "plugin top", "plugin info", "plugin manifest", "plugin header",
    "config show", "config check", "config set", "doctor", "version", "import", "export", "backup", "restore",
    "mcp serve", "mcp install", "mcp uninstall", "mcp doctor", "mcp tools",
  ])
  func explainsItselfWithExamples(command: String) throws {
    let outcome = try shell.start(command.split(separator: " ").map(String.init) + ["--help"]).wait()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("Examples:"))
    #expect(outcome.output.contains("  orchestron \(command)"))
    #expect(outcome.output.contains("--json"))
    // A line longer than the terminal would be broken by it, with the indentation lost.
    for line in outcome.lines where line.hasPrefix("  orchestron ") { #expect(line.count <= 80, "\(line)") }
  }

  @Test(arguments: [["call"], ["nothing"], ["run", "--port", "x"], ["plugin", "info"], ["events", "--since", "-1"]])
  func endsWithTwoWhenItIsUsedWrongly(arguments: [String]) throws {
    let outcome = try shell.start(arguments).wait()
    #expect(outcome.status == 2)
    #expect(!outcome.errors.isEmpty)
  }

  @Test func printsItsVersion() throws {
    #expect(try shell.run("version").output == "orchestron \(Host.versionText) (plugin ABI \(Host.abiVersionText))\n")
    #expect(try shell.run("version", "--json").json?["version"]?.string == Host.versionText)
  }

  // MARK: What plugins use

  @Test func showsWhatPluginsUse() throws {
    #expect(try shell.run("plugin", "top").status == 6)
    let host = try shell.host()
    let top = try shell.start(["plugin", "top", "--interval", "0.5", "--count", "2", "--json"])
    while top.isRunning { try shell.run("call", "echo.text", "value=x") }
    let tables = try top.wait().lines.map { try JSON(parsing: $0) }
    #expect(tables.count == 2)
    let echo = try #require(tables.last?["items"]?.array?.first { $0["id"] == "echo" })
    #expect(echo["state"] == "started" && echo["failures"] == 0)
    #expect(tables.contains { $0["items"]?[0]?["callsInPerSecond"]?.double ?? 0 > 0 })
    let table = try shell.run("plugin", "top", "--interval", "0.1", "--count", "1").lines
    #expect(table.first?.hasPrefix("ID ") == true, "\(table)")
    #expect(table.contains { $0.split(separator: " ").starts(with: ["echo", "started"]) }, "\(table)")
    #expect(try shell.run("plugin", "top", "--interval", "0").status == 2)
    host.signal(SIGTERM)
  }

  // MARK: Events

  @Test func followsEvents() throws {
    let shell = try Shell(plugins: [try Plugins.fixture("publisher")])
    let missing = try shell.run("events")
    #expect(missing.status == 6)
    #expect(missing.errors.contains("orchestron run"))
    let host = try shell.host()
    let events = try shell.start(["events", "--topic", "zoo:*", "--count", "3"])
    while events.isRunning { try shell.run("call", "publisher.flood", "count=1") }
    let lines = try events.wait().lines.map { try JSON(parsing: $0) }
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0["topic"] == "zoo:tick" && $0["source"] == "publisher" && $0["subscription"] == nil })
    #expect(try shell.run("events", "--topic", "no topic").status == 2)
    host.signal(SIGTERM)
  }

  @Test func endsWithASentenceWhenTheHostEnds() throws {
    let host = try shell.host()
    let events = try shell.start(["events", "--topic", "plugin:state"])
    // The last thing that a subscriber hears is how the plugins stop.
    host.signal(SIGTERM)
    host.wait()
    let outcome = events.wait()
    #expect(outcome.status == 6)
  }

  // MARK: Plugins

  @Test func listsPluginsWithTheirState() throws {
    let shell = try Shell(plugins: [try Plugins.fixture("echo"), try Plugins.fixture("create-fails")])
    let before = try shell.run("plugin", "list", "--json").json?["items"]?.array ?? []
    let echo = before.first { $0["id"] == "echo" }
    #expect(echo?["provides"] == ["echo": "1.0.0"])
    #expect(echo?["state"] == nil)
    let host = try shell.host()
    let items = try shell.run("plugin", "list", "--json").json?["items"]?.array ?? []
    #expect(items.first { $0["id"] == "echo" }?["state"] == "started")
    #expect(items.first { $0["id"] == "create-fails" }?["state"] == "failed")
    let table = try shell.run("plugin", "list").lines
    #expect(table.contains { $0.hasPrefix("echo ") && $0.contains(" started ") })
    #expect(table.contains { $0.contains("The coffee machine is empty.") })
    host.signal(SIGTERM)
  }

  @Test func showsWhatAPluginDeclares() throws {
    let info = try shell.run("plugin", "info", "echo")
    #expect(info.output.contains("\n  repeat(text, times?, separator?): Repeats a text"))
    #expect(info.output.contains("internal secret(value)"))
    let json = try shell.run("plugin", "info", "echo", "--json").json
    #expect(json?["services"]?[0]?["methods"]?.array?.count == 28)
    let wrong = try shell.run("plugin", "info", "ecco")
    #expect(wrong.status == 3)
    #expect(wrong.errors == "error: there is no plugin \"ecco\"; did you mean \"echo\"?\n")
  }

  @Test func readsALibraryThatHasNoManifest() throws {
    _ = try Client.execute(["cp", "\(try Plugins.fixture("echo"))/libecho.so", shell.folder])
    let alone = try shell.run("plugin", "manifest", "libecho.so").json
    #expect(alone?["id"] == "echo")
    #expect(alone?["version"] == "1.0.0")
    #expect(alone?["abi"]?.string == Host.abiVersionText)
    let folder = try shell.run("plugin", "manifest", try Plugins.fixture("echo")).json
    #expect(folder?["services"] == alone?["services"])
    try shell.write("text", "hello")
    #expect(try shell.run("plugin", "manifest", "text").status == 5)
    #expect(try shell.run("plugin", "manifest", "absent").status != 0)
  }

  @Test(arguments: [("cc", "c11", "c"), ("c++", "c++17", "c++")])
  func writesAHeaderThatCompiles(compiler: String, standard: String, language: String) throws {
    let header = try shell.run("plugin", "header", "echo")
    #expect(header.status == 0)
    #expect(header.output.contains("echo.chunks is a stream"))
    try shell.write("echo.h", header.output)
    try shell.write("use.c", "#include \"echo.h\"\n#include \"echo.h\"\nint main(void) { return 0; }\n")
    let result = try Client.execute([
      compiler, "-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unused-function",
      "-fsyntax-only", "-I\(Client.root)/plugin-sdk/include", "-I\(shell.folder)", "\(shell.folder)/use.c",
    ])
    #expect(result.status == 0, "\(result.output)")
    #expect(try shell.run("plugin", "header", "ecco").errors.contains("did you mean \"echo\"?"))
  }

  // MARK: Configuration

  @Test func showsTheConfigurationWithItsSources() throws {
    try shell.write("orchestron.config.json", #"{"plugins":{"gone":{"secret":"s"}}}"#)
    shell.variables["LOG_LEVEL"] = "warn"
    let json = try shell.run("config", "show", "--json").json
    #expect(json?["sources"] == [.string("\(shell.folder)/orchestron.config.json"), "LOG_LEVEL"])
    #expect(json?["configuration"]?["host"]?["logLevel"] == "warn")
    #expect(json?["configuration"]?["plugins"]?["gone"] == ["secret": "[redacted]"])
    #expect(json?["storage"]?.string == "\(shell.folder)/.orchestron")
  }

  @Test func setsTheConfigurationOfTheRunningHost() throws {
    try shell.write("orchestron.config.json", #"{"host":{"workers":2}}"#)
    let none = try shell.run("config", "set", "host.logLevel=warn")
    #expect(none.status == 6 && none.errors.contains("orchestron run"))
    let host = try shell.host()
    #expect(
      try shell.run("config", "set", "host.logLevel=warn").output == "set in \(shell.folder)/orchestron.config.json\n")
    #expect(try JSON(parsing: shell.read("orchestron.config.json")) == ["host": ["workers": 2, "logLevel": "warn"]])
    #expect(try shell.run("config", "set", "plugins.host.x=1").status == 3)
    #expect(try shell.run("config", "set", "host.workers=3").errors.contains("cannot change while the host runs"))
    for word in ["host", "host.logLevel", "host.=1", "=1", "host=1"] {
      #expect(try shell.run("config", "set", word).status == 2, "\(word)")
    }
    #expect(try shell.run("config", "set", "host.logLevel=null", "--json").json?["host"]?["logLevel"] == "info")
    host.signal(SIGTERM)
  }

  @Test func checksTheConfiguration() throws {
    #expect(try shell.run("config", "check").status == 0)
    try shell.write("orchestron.config.json", #"{"host":{"wrkers":1}}"#)
    let outcome = try shell.run("config", "check")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("did you mean \"workers\"?"))
    #expect(try shell.run("config", "check", "--config", "absent.json").status == 3)
    let strict = try Shell(plugins: [try Plugins.fixture("strict-config")])
    try strict.write("orchestron.config.json", #"{"plugins":{"strict-config":{"odd":1}}}"#)
    #expect(try strict.run("config", "check").status == 2)
    #expect(try strict.run("config", "check", "--json").json?["code"] == "invalid_argument")
  }

  // MARK: Doctor

  @Test func findsNothingWrongWhereNothingIs() throws {
    let outcome = try shell.run("doctor", "--json")
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.json?["ok"] == true)
    let host = try shell.host()
    #expect(try shell.run("doctor").output.contains("pid \(host.pid)"))
    host.signal(SIGTERM)
  }

  @Test func namesWhatIsInTheWay() throws {
    let faults = try ["cycle-of-two", "truncated", "bad-manifest-key"].map(Plugins.fixture)
    let shell = try Shell(plugins: faults)
    mkdir("\(shell.folder)/.orchestron", 0o755)
    chmod("\(shell.folder)/.orchestron", 0o755)
    let outcome = try shell.run("doctor")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("FAIL  plugins: plugins require each other in a cycle"))
    #expect(outcome.output.contains("truncated"))
    #expect(outcome.output.contains("warn  storage: "))
    try shell.write("orchestron.config.json", "{")
    #expect(try shell.run("doctor").output.contains("FAIL  configuration: "))
  }
}
