import Glibc
import Testing

/// Runs the scripts of `clients/` against the staged host.
enum Client {
  /// The project.
  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The command line as `scripts/stage debug` puts it, or what ORCHESTRON_BIN says.
  static let binary =
    getenv("ORCHESTRON_BIN").map { String(cString: $0) } ?? "\(root)/.build/stage-debug/bin/orchestron"

  /// The Python with the clients' libraries.
  private static let python =
    getenv("ORCHESTRON_PYTHON").map { String(cString: $0) }
    ?? (access("\(root)/.venv/bin/python3", X_OK) == 0 ? "\(root)/.venv/bin/python3" : "python3")

  /// Runs a script to its end; what it printed is the reason when it fails.
  static func run(_ script: String, _ arguments: [String]) throws {
    let result = try execute([python, "\(root)/Tests/EndToEnd/clients/\(script)"] + arguments)
    #expect(result.status == 0, "\(script): \(result.output.suffix(4000))")
  }

  /// The folder of one of the SDK's examples, built.
  static func example(_ name: String) throws -> String {
    let folder = "\(root)/plugin-sdk/examples/\(name)"
    let result = try execute(["make", "-s", "-C", folder])
    try #require(result.status == 0, "\(result.output)")
    return folder
  }

  /// Runs a program to its end, with its output and errors in one text.
  static func execute(_ words: [String]) throws -> (status: Int32, output: String) {
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else { throw Refused(what: "pipe", error: errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    defer { posix_spawn_file_actions_destroy(&actions) }
    setenv("ORCHESTRON_BIN", binary, 1)
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var pid = pid_t()
    let error = posix_spawnp(&pid, words[0], &actions, nil, &argv, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard error == 0 else { throw Refused(what: words[0], error: error) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(ends[0], &buffer, buffer.count), count > 0 { output += buffer[..<count] }
    var state: CInt = 0
    waitpid(pid, &state, 0)
    return (state & 0x7F == 0 ? state >> 8 & 0xFF : -(state & 0x7F), String(decoding: output, as: UTF8.self))
  }

  struct Refused: Error {
    let what: String
    let error: Int32
  }
}
