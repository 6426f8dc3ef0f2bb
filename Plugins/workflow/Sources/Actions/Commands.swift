import Glibc
import PluginKit

/// What commands may be: nothing, until the configuration lists programs.
struct CommandRules: Sendable {
  /// The first words that are allowed, exactly as they are written in workflows.
  let programs: [String]
  /// Absolute folders in which, or below which, commands may run. The first is used when an action names none.
  let folders: [String]
  /// Where programs without a slash are looked for.
  let path: String
  /// The names of the variables that an action may set.
  let environment: [String]

  init(_ config: JSONValue, storageFolder: String) {
    programs = config["programs"].elements.compactMap(\.string)
    let listed = config["folders"].elements.compactMap(\.string)
    // The project lies around its storage folder.
    folders = listed.isEmpty ? [CommandRules.parent(of: storageFolder)] : listed
    path = config["path"].string ?? "/usr/local/bin:/usr/bin:/bin"
    environment = config["environment"].elements.compactMap(\.string)
  }

  private static func parent(of folder: String) -> String {
    let parts = folder.split(separator: "/").dropLast()
    return "/" + parts.joined(separator: "/")
  }

  /// - Throws: What is not allowed about a command.
  func check(_ command: Command) throws(Failure) {
    guard let program = command.arguments.first, programs.contains(program) else {
      throw Failure(
        .permissionDenied,
        "the program \"\(command.arguments.first ?? "")\" is not allowed; list it in plugins.workflow.commands.programs"
      )
    }
    for (name, _) in command.environment where !environment.contains(name) {
      throw Failure(
        .permissionDenied,
        "the variable \"\(name)\" may not be set; list it in plugins.workflow.commands.environment")
    }
  }

  /// The folder in which a command runs, without symbolic links.
  func folder(of command: Command) throws(Failure) -> String {
    guard let wanted = command.folder ?? folders.first, let folder = resolved(wanted) else {
      throw Failure(.notFound, "the folder \"\(command.folder ?? "")\" does not exist")
    }
    for root in folders.compactMap(resolved) where folder == root || root == "/" || folder.hasPrefix(root + "/") {
      return folder
    }
    throw Failure(
      .permissionDenied,
      "commands may not run in \"\(folder)\"; list it, or a folder around it, in plugins.workflow.commands.folders")
  }

  private func resolved(_ path: String) -> String? {
    guard path.hasPrefix("/"), let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

/// A program and what it is given.
struct Command: Sendable {
  let arguments: [String]
  var folder: String?
  var environment: [(name: String, value: String)] = []
  /// What it reads from its standard input.
  var input = ""
}

/// How a command ended.
struct CommandResult: Sendable {
  let exitStatus: Int64
  /// The signal that ended it; 0 when none did.
  let signal: Int32
  let output: String
  let errors: String
  /// Output was dropped, because there was too much of it.
  let isCut: Bool

  var fields: Fields {
    var fields: Fields = ["exitStatus": .int(exitStatus), "stdout": .string(output), "stderr": .string(errors)]
    if signal != 0 { fields["signal"] = .int(Int64(signal)) }
    if isCut { fields["cut"] = true }
    return fields
  }
}

/// Runs commands: without a shell, in a process group of their own, and not longer than the host lives.
@Loop
struct Commands {
  let host: Host
  let rules: CommandRules

  /// Runs a command to its end. Cancelling the task kills it.
  func run(_ command: Command, within milliseconds: Int64, _ context: Context) async throws(Failure) -> CommandResult {
    try rules.check(command)
    var environment = ["PATH": rules.path, "LANG": "C.UTF-8"]
    if let home = getenv("HOME") { environment["HOME"] = String(cString: home) }
    for (name, value) in command.environment { environment[name] = value }
    let ended = Waiter<ChildEnd>()
    let writings = Writings()
    let child = try host.spawn(
      ChildCommand(
        command.arguments, environment: environment, folder: try rules.folder(of: command), timeout: milliseconds),
      context: context
    ) { stream, bytes in
      writings.append(bytes, to: stream)
    } exited: {
      ended.finish($0)
    }
    // A child that does not read what it is given is not helped by an error.
    try? child.write(Array(command.input.utf8))
    child.closeInput()
    guard let end = await ended.wait(on: host, onCancel: { child.signal(SIGKILL) }) else {
      throw Failure(.cancelled, "the command was given up")
    }
    return CommandResult(
      exitStatus: end.status, signal: end.signal, output: writings.output.text, errors: writings.errors.text,
      isCut: writings.output.isCut || writings.errors.isCut)
  }
}

/// What a command has written so far.
@Loop
private final class Writings {
  private(set) var output = BoundedText()
  private(set) var errors = BoundedText()

  func append(_ bytes: UnsafeRawBufferPointer, to stream: ChildProcess.Stream) {
    switch stream {
    case .output: output.append(bytes)
    case .errors: errors.append(bytes)
    }
  }
}

/// The beginning of a text that may be too long to be kept.
private struct BoundedText {
  private static let limit = 16_384
  private var bytes: [UInt8] = []
  private(set) var isCut = false

  mutating func append(_ more: UnsafeRawBufferPointer) {
    let room = BoundedText.limit - bytes.count
    isCut = isCut || more.count > room
    bytes += more.prefix(room)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}
