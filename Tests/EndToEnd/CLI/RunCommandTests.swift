import Glibc
import OrchestronHost
import Testing

/// `orchestron run`: its beginning, its end, and the folder that it has to itself.
@Suite struct RunCommandTests {
  private let shell: Shell

  init() throws { shell = try Shell(plugins: [try Plugins.fixture("echo")]) }

  @Test func writesTheReadyFileAndCleansUpWhenItIsStopped() throws {
    let host = try shell.host("--ready-file", "ready.json")
    let ready = try JSON(parsing: shell.read("ready.json"))
    #expect(ready["pid"]?.int == Int64(host.pid))
    #expect(ready["socket"]?.string == "\(shell.folder)/.orchestron/orchestron.sock")
    let lock = try JSON(parsing: shell.read(".orchestron/host.lock"))
    #expect(lock["socket"] == ready["socket"] && lock["pid"] == ready["pid"])
    #expect(
      lock["token"] == nil
        && ready["token"]?.string == shell.read(".orchestron/token").split(separator: "\n").first.map(String.init))
    #expect(shell.exists("run/orchestron/\(host.pid)"))
    host.signal(SIGTERM)
    let outcome = host.wait()
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains(#""msg":"stopping""#))
    for name in ["ready.json", ".orchestron/orchestron.sock", "run/orchestron/\(host.pid)"] {
      #expect(!shell.exists(name), "\(name)")
    }
    #expect(shell.read(".orchestron/host.lock").isEmpty)
  }

  @Test func stopsAtAnInterruptToo() throws {
    let host = try shell.host()
    host.signal(SIGINT)
    #expect(host.wait().status == 0)
  }

  @Test func endsAtOnceAtTheSecondSignal() throws {
    let shell = try Shell(plugins: [try Plugins.fixture("stop-never-done")])
    try shell.write("orchestron.config.json", #"{"host":{"stopTimeoutMs":3600000}}"#)
    let host = try shell.host()
    host.signal(SIGTERM)
    while !host.errors.contains("stopping"), host.isRunning {}
    host.signal(SIGTERM)
    #expect(host.wait().status == 128 + SIGTERM)
  }

  @Test func refusesASecondHostInTheSameFolder() throws {
    let host = try shell.host()
    let outcome = try shell.run("run")
    #expect(outcome.status == 5)
    #expect(outcome.errors.contains("pid \(host.pid)"))
    #expect(outcome.errors.contains("\(shell.folder)/.orchestron/orchestron.sock"))
    #expect(try shell.run("call", "echo.who").output == "\"echo\"\n")
    let other = try shell.host("--storage", "other")
    #expect(other.pid != host.pid)
  }

  @Test func takesOverFromAHostThatWasKilled() throws {
    let killed = try shell.host()
    killed.signal(SIGKILL)
    killed.wait()
    #expect(shell.exists(".orchestron/orchestron.sock"))
    #expect(try shell.run("call", "echo.who").output == "\"echo\"\n")
    let host = try shell.host()
    #expect(!shell.exists("run/orchestron/\(killed.pid)"))
    #expect(try shell.run("call", "echo.who").output == "\"echo\"\n")
    host.signal(SIGTERM)
    #expect(host.wait().status == 0)
  }

  @Test func endsWithTheReasonWhenAnEssentialPluginFails() throws {
    let folder = "\(shell.folder)/vital"
    _ = try Client.execute(["cp", "-r", try Plugins.fixture("create-fails"), folder])
    try shell.write(
      "vital/plugin.json",
      #"{"id":"create-fails","version":"1.0.0","provides":{"create_fails":"1.0.0"},"essential":true}"#)
    let outcome = try shell.run("run", "--plugin-dir", folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("error: the essential plugin \"create-fails\" failed"))
    #expect(outcome.errors.contains("The coffee machine is empty."))
  }

  @Test func loadsOnlyThePluginsThatAreNamed() throws {
    let shell = try Shell(plugins: [try Plugins.fixture("echo"), try Plugins.fixture("plain")])
    let host = try shell.host("--plugins", "plain")
    let list = try shell.run("call", "host.plugins").json
    #expect(list?["items"]?.array?.map { $0["id"] } == ["plain"])
    host.signal(SIGTERM)
    host.wait()
    let outcome = try shell.run("run", "--plugins", "plainn")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("did you mean \"plain\"?"))
  }

  @Test func leavesOutThePluginsThatAreDisabled() throws {
    try shell.write("orchestron.config.json", #"{"disabled":["echo"]}"#)
    #expect(try shell.run("call", "echo.who").status == 3)
    let host = try shell.host()
    let plugins = try shell.run("call", "host.plugins").json?["items"]?.array
    #expect(plugins?.contains { $0["id"] == "echo" } == false)
    host.signal(SIGTERM)
  }

  @Test func refusesAProviderThatDoesNotProvide() throws {
    try shell.write("orchestron.config.json", #"{"providers":{"echo":"ecco"}}"#)
    let outcome = try shell.run("run")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("providers.echo"))
  }

  @Test func logsWhatIsConfiguredForAPluginThatIsNotThere() throws {
    try shell.write("orchestron.config.json", #"{"plugins":{"ehco":{}}}"#)
    let host = try shell.host()
    host.signal(SIGTERM)
    #expect(host.wait().errors.contains(#"which was not found; did you mean \"echo\"?"#))
  }

  @Test func opensABrowserByALinkThatIsGoodOnce() throws {
    let none = try shell.run("open")
    #expect(none.status == 6 && none.errors.contains("orchestron run"))
    // What opens pages on a desktop, as far as is needed: it keeps what it was given.
    mkdir("\(shell.folder)/bin", 0o700)
    try shell.write("bin/xdg-open", "#!/bin/sh\necho \"$@\" > opened.new && mv opened.new opened\n")
    chmod("\(shell.folder)/bin/xdg-open", 0o700)
    shell.variables = ["PATH": "\(shell.folder)/bin:/usr/bin:/bin", "DISPLAY": ":9"]
    let host = try shell.host()
    let link = try shell.run("open").output.split(separator: "\n").first.map(String.init) ?? ""
    while !shell.exists("opened") { usleep(1000) }
    let page = "\(shell.folder)/.orchestron/open.html"
    #expect(shell.read("opened") == "\(page)\n", "no argument that others can read holds the link")
    #expect(shell.read(".orchestron/open.html").contains("url=\(link)\""))
    var info = stat()
    #expect(stat(page, &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(try Client.execute(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", link]).output == "303")
    #expect(try Client.execute(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", link]).output == "401")
    let printed = try shell.run("open", "--print", "--json").json
    #expect(printed?["opened"] == false && printed?["link"]?.string != link && printed?["expiresAt"]?.string != nil)
    host.signal(SIGTERM)
  }

  @Test func tellsWhatItsPluginsListenOn() throws {
    // The bundled http plugin, where it has been staged beside the program.
    let host = try shell.host("--port", "0", "--ws-port", "0")
    let ready = try JSON(parsing: shell.read(".orchestron/host.lock"))
    let staged = try shell.run("plugin", "list", "--json").json?["items"]?.array ?? []
    if staged.contains(where: { $0["id"] == "http" }) {
      #expect(ready["http"]?.string?.hasPrefix("http://127.0.0.1:") == true)
      #expect(ready["ws"]?.string?.hasPrefix("ws://127.0.0.1:") == true)
    }
    host.signal(SIGTERM)
  }
}
