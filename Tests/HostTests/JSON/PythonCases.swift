import Glibc
import Testing

@testable import OrchestronHost

/// Cases that a script in `Tests/Differential` prints, a JSON value on each line, with the verdicts of another
/// implementation.
struct PythonCases {
  let seed: Int
  let lines: [JSON]

  /// The interpreter of the project's environment (`scripts/setup --dev` makes it), else the system's.
  static let python: String = {
    if let named = getenv("ORCHESTRON_PYTHON") { return String(cString: named) }
    let own = "\(root)/.venv/bin/python3"
    return access(own, X_OK) == 0 ? own : "python3"
  }()

  /// True when the interpreter has a module.
  static func hasModule(_ name: String) -> Bool {
    (try? output(of: [python, "-c", "import \(name)"])) != nil
  }

  /// Runs a script. `ORCHESTRON_SEED` replaces the seed, to search further than a test does.
  init(script: String, seed: Int, count: Int) throws {
    let seed = getenv("ORCHESTRON_SEED").flatMap { Int(String(cString: $0)) } ?? seed
    self.seed = seed
    let text = try Self.output(of: [Self.python, "\(Self.root)/Tests/Differential/\(script)", "\(seed)", "\(count)"])
    lines = try text.split(separator: UInt8(ascii: "\n")).map { line throws(JSONError) in try JSON(parsing: line) }
  }

  /// The repository: four folders above this file.
  private static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }

  /// What a program prints to its standard output.
  private static func output(of arguments: [String]) throws -> [UInt8] {
    var descriptors: [Int32] = [0, 0]
    try #require(pipe(&descriptors) == 0)
    defer { close(descriptors[0]) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, descriptors[1], STDOUT_FILENO)
    for descriptor in descriptors { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var argv = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, arguments[0], &actions, nil, &argv, environ)
    close(descriptors[1])
    try #require(failure == 0, "cannot start \(arguments[0])")

    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptors[0], &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    try #require(status == 0, "\(arguments) failed")
    return bytes
  }
}
