import CPluginSDK

/// A child process. It runs until it ends or until the plugin stops, whether or not this value is kept.
public struct ChildProcess: Sendable {
  /// What a child writes to.
  public enum Stream: UInt32, Sendable {
    case output = 1
    case errors = 2
  }

  let id: UInt64
  let host: Host

  /// Writes to the child's standard input; the bytes are copied.
  ///
  /// - Throws: ``Status/resourceExhausted`` when 1 MiB waits, ``Status/failedPrecondition`` when the child or its input
  ///   is gone.
  @Loop
  public func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    try Failure.check(host.spawnTable?.pointee.write?(host.raw, id, bytes.text), "the child takes no input")
  }

  /// Writes to the child's standard input; see the other form.
  @Loop
  public func write(_ bytes: [UInt8]) throws(Failure) {
    let result = bytes.withUnsafeBytes { bytes in Result { () throws(Failure) in try write(bytes) } }
    try result.get()
  }

  /// Closes the child's standard input once all is written.
  @Loop
  public func closeInput() { _ = host.spawnTable?.pointee.close_input?(host.raw, id) }

  /// Sends a signal to the child and its children; harmless when it has ended.
  @Loop
  public func signal(_ signal: Int32) { _ = host.spawnTable?.pointee.signal?(host.raw, id, signal) }

  /// Stops or resumes reading what the child writes, so that it waits when its pipe is full.
  @Loop
  public func pause(_ isPaused: Bool) { _ = host.spawnTable?.pointee.pause?(host.raw, id, isPaused ? 1 : 0) }
}

extension Host {
  /// Looked up when it is used: the host warns of plugins that ask without the permission.
  @Loop
  fileprivate var spawnTable: UnsafePointer<orch_spawn>? { ExtensionTables.find(ORCH_EXT_SPAWN, raw) }

  /// Starts a child process. The plugin's plugin.json has to ask for the permission `spawn`.
  ///
  /// - Parameters:
  ///   - context: Where the host records why the start failed.
  ///   - output: Gets what the child writes, borrowed.
  ///   - exited: Gets how it ended, after the last output.
  /// - Throws: When nothing was started.
  @Loop
  @discardableResult
  public func spawn(
    _ command: ChildCommand, context: Context? = nil,
    output: @escaping @Loop (ChildProcess.Stream, UnsafeRawBufferPointer) -> Void,
    exited: @escaping @Loop (ChildEnd) -> Void
  ) throws(Failure) -> ChildProcess {
    guard let start = spawnTable?.pointee.start else {
      throw Failure(.permissionDenied, "child processes need the permission \"spawn\" in plugin.json")
    }
    let texts = command.arguments + [command.folder] + command.environment.flatMap { [$0.key, $0.value] }
    guard !texts.contains(where: { $0.utf8.contains(0) }) else {
      throw Failure(.invalidArgument, "a command has a NUL in its arguments, its folder or its environment")
    }
    let callback = orch_child_cb(
      output: Trampoline.output, exited: Trampoline.exited,
      ud: Callback<Listener>.keep(Listener(output: output, exited: exited)), release: releaseObject)
    var id: UInt64 = 0
    let status = command.withRaw { start(raw, context?.raw, $0, callback, &id) }
    try Failure.check(status, in: context, "\(command.arguments.first ?? "the command") could not be started")
    return ChildProcess(id: id, host: self)
  }

  /// Runs a program to its end and gives what it wrote. Cancelling the task kills it.
  ///
  /// - Parameters:
  ///   - input: What the program finds on its standard input: at most 1 MiB.
  ///   - outputLimit: The most bytes of output and errors together; more kills the program.
  /// - Throws: ``Status/resourceExhausted`` beyond a limit; ``Status/cancelled``; as ``spawn(_:context:output:exited:)``.
  ///   An end other than success is no failure: see ``ChildOutput/end``.
  @Loop
  public func run(
    _ command: ChildCommand, input: [UInt8] = [], outputLimit: Int = 8 << 20, context: Context? = nil
  ) async throws(Failure) -> ChildOutput {
    let run = ChildRun(limit: outputLimit, program: command.arguments.first ?? "")
    let child = try spawn(command, context: context) {
      run.add($0, $1)
    } exited: {
      run.end($0)
    }
    run.child = child
    run.feed(input)
    return try await run.pending.value(on: self) { run.stop(Failure(.cancelled, "the program was given up")) }
  }
}

/// What becomes of a program that somebody waits for.
@Loop
private final class ChildRun {
  let pending = Pending<ChildOutput>()
  var child: ChildProcess?
  private let limit: Int
  private let program: String
  private var output: [UInt8] = []
  private var errors: [UInt8] = []
  /// Why it was killed.
  private var failure: Failure?

  init(limit: Int, program: String) {
    self.limit = limit
    self.program = program
  }

  func feed(_ input: [UInt8]) {
    // A program that does not read its input is no failure of whoever runs it.
    do throws(Failure) { try child?.write(input) } catch {
      if error.status == .resourceExhausted { stop(error) }
    }
    child?.closeInput()
  }

  func add(_ stream: ChildProcess.Stream, _ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    guard output.count + errors.count + bytes.count <= limit else {
      return stop(Failure(.resourceExhausted, "\(program) wrote more than \(limit) bytes"))
    }
    switch stream {
    case .output: output.append(contentsOf: bytes)
    case .errors: errors.append(contentsOf: bytes)
    }
  }

  func stop(_ failure: Failure) {
    self.failure = self.failure ?? failure
    child?.signal(9)
  }

  func end(_ end: ChildEnd) {
    pending.finish(failure.map(Result.failure) ?? .success(ChildOutput(end: end, output: output, errors: errors)))
  }
}

/// The closures of a child.
private struct Listener {
  let output: @Loop (ChildProcess.Stream, UnsafeRawBufferPointer) -> Void
  let exited: @Loop (ChildEnd) -> Void
}

@Loop
private enum Trampoline {
  static let output: @convention(c) (UnsafeMutableRawPointer?, UInt32, orch_str) -> Void = { ud, stream, data in
    guard let ud, let stream = ChildProcess.Stream(rawValue: stream) else { return }
    Callback<Listener>.action(of: ud).output(stream, bytes(of: data))
  }

  static let exited: @convention(c) (UnsafeMutableRawPointer?, Int64, Int32) -> Void = { ud, status, signal in
    guard let ud else { return }
    Callback<Listener>.action(of: ud).exited(ChildEnd(status: status, signal: signal))
  }
}

extension ChildCommand {
  /// Lends the command as the C headers spell it.
  fileprivate func withRaw<Result>(_ body: (UnsafePointer<orch_command>) -> Result) -> Result {
    withCStrings(arguments) { argv in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { env in
        folder.withCString { folder in
          var raw = orch_command()
          raw.size = UInt32(MemoryLayout<orch_command>.size)
          raw.argv = argv
          raw.env = env
          raw.cwd = folder
          raw.timeout_ms = timeout
          return body(&raw)
        }
      }
    }
  }
}

/// Lends several strings as a list of C strings that ends with NULL.
private func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
  let bytes = texts.flatMap { Array($0.utf8CString) }
  return bytes.withUnsafeBufferPointer { bytes in
    var list: [UnsafePointer<CChar>?] = []
    var place = bytes.baseAddress
    for text in texts {
      list.append(place)
      place = place.map { $0 + text.utf8.count + 1 }
    }
    list.append(nil)
    return list.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
