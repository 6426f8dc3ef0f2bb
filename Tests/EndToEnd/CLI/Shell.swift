import Glibc
import OrchestronHost

/// A folder of its own in which commands are run as users type them; removed with its content when this object goes.
final class Shell {
  let folder: String
  /// Variables of the environment beside PATH, HOME and ORCHESTRON_PLUGIN_PATH.
  var variables: [String: String] = [:]
  private let pluginPath: String
  private var commands = 0

  /// - Parameter plugins: Folders of plugins that the commands find.
  init(plugins: [String] = []) throws {
    var template = Array("/tmp/orchestron-cli-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Client.Refused(what: "mkdtemp", error: errno) }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    pluginPath = plugins.joined(separator: ":")
  }

  deinit { _ = try? Client.execute(["rm", "-rf", folder]) }

  /// What a command has said.
  struct Outcome {
    /// The exit code; minus the number of the signal that ended it.
    let status: Int32
    let output: String
    let errors: String

    var json: JSON? { try? JSON(parsing: output) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Runs `orchestron` with these arguments to its end.
  @discardableResult
  func run(_ arguments: String..., input: String = "") throws -> Outcome { try start(arguments).wait() }

  /// Starts `orchestron` with these arguments.
  func start(_ arguments: [String]) throws -> Process {
    commands += 1
    var environment = [
      "PATH": "/usr/bin:/bin", "HOME": folder, "XDG_RUNTIME_DIR": "\(folder)/run", "ORCHESTRON_PLUGIN_PATH": pluginPath,
    ]
    mkdir("\(folder)/run", 0o700)
    environment.merge(variables) { $1 }
    return try Process([Client.binary] + arguments, in: folder, environment, log: "\(folder)/log\(commands)")
  }

  /// Starts a host and waits until it is ready.
  func host(_ arguments: String...) throws -> Process {
    let ports = arguments.contains("--port") ? [] : ["--port", "0", "--ws-port", "0"]
    let host = try start(["run", "--json"] + ports + arguments)
    guard let line = host.readLine(), (try? JSON(parsing: line)) != nil else {
      let outcome = host.wait()
      throw NotReady(status: outcome.status, errors: outcome.errors)
    }
    return host
  }

  struct NotReady: Error {
    let status: Int32
    let errors: String
  }

  /// Writes a file in the folder.
  func write(_ name: String, _ text: String) throws {
    guard let file = fopen("\(folder)/\(name)", "w") else { throw Client.Refused(what: name, error: errno) }
    fputs(text, file)
    fclose(file)
  }

  func exists(_ name: String) -> Bool { access("\(folder)/\(name)", F_OK) == 0 }

  /// The content of a file of the folder, empty when there is none.
  func read(_ name: String) -> String { Process.content("\(folder)/\(name)") }
}

/// A program under way.
final class Process {
  let pid: pid_t
  private let output: CInt
  private let log: String
  private var isEnded = false

  fileprivate init(
    _ words: [String], in folder: String, _ environment: [String: String], log: String
  ) throws {
    self.log = log
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else { throw Client.Refused(what: "pipe", error: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var arguments: [UnsafeMutablePointer<CChar>?] = (Self.inFolder(folder) + words).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var pid = pid_t()
    let error = posix_spawn(&pid, Self.inFolder(folder)[0], &actions, nil, &arguments, &variables)
    close(ends[1])
    output = ends[0]
    self.pid = pid
    guard error == 0 else { throw Client.Refused(what: words[0], error: error) }
  }

  /// What makes the words behind it run in a folder, as the same process.
  private static func inFolder(_ folder: String) -> [String] { ["/usr/bin/env", "-C", folder] }

  deinit {
    if !isEnded {
      kill(pid, SIGKILL)
      wait()
    }
    close(output)
  }

  /// One line of what the program prints; nil at the end.
  func readLine() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  func signal(_ number: CInt) { kill(pid, number) }

  /// True as long as the program has not ended.
  var isRunning: Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info._sifields._sigchld.si_pid == 0
  }

  /// What the program has said on standard error so far.
  var errors: String { Process.content(log) }

  /// Waits for the end.
  @discardableResult
  func wait() -> Shell.Outcome {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(output, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
    var state: CInt = 0
    while waitpid(pid, &state, 0) < 0 && errno == EINTR {}
    isEnded = true
    return Shell.Outcome(
      status: state & 0x7F == 0 ? state >> 8 & 0xFF : -(state & 0x7F), output: String(decoding: text, as: UTF8.self),
      errors: errors)
  }

  fileprivate static func content(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Plugins of the tests, built once.
enum Plugins {
  private static let folder: Result<String, any Error> = Result {
    let out = "\(Client.root)/.build/fixtures"
    let built = try Client.execute(["\(Client.root)/Tests/Fixtures/build", out])
    guard built.status == 0 else { throw Failure(.internal, built.output) }
    return out
  }

  /// The folder of one fixture.
  static func fixture(_ name: String) throws -> String { try folder.get() + "/" + name }
}
