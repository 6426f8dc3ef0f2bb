import CHost
import CUV
import Glibc

extension HostExtensions {
  /// `orchestron.spawn/1`.
  static let spawn = orch_spawn(
    size: UInt32(MemoryLayout<orch_spawn>.size),
    start: { pointer, context, command, callback, out in
      guard let plugin = Plugin.onLoop(pointer, "spawn.start") else { return Status.failedPrecondition.rawValue }
      let status = plugin.attempt(context, "spawn.start") { () throws(Failure) in
        guard let command = command?.pointee, Int(command.size) >= MemoryLayout<orch_command>.size,
          let arguments = ChildProcess.strings(command.argv), !arguments.isEmpty, let folder = cString(command.cwd),
          folder.hasPrefix("/")
        else { throw Failure(.invalidArgument, "spawn needs arguments and an absolute working folder") }
        let id = plugin.host.newID()
        plugin.children[id] = try ChildProcess(
          arguments, environment: ChildProcess.strings(command.env) ?? [], folder: folder,
          timeout: command.timeout_ms, callback: callback, id: id, plugin: plugin)
        plugin.registrations.add(id) { [unowned plugin] in plugin.children[id]?.abandon() }
        out?.pointee = id
      }
      if status != 0 { plugin.release(orch_task(fn: nil, ud: callback.ud, release: callback.release)) }
      return status
    },
    write: { pointer, id, bytes in
      (Plugin.onLoop(pointer, "spawn.write")?.children[id]?.write(bytes.bytes) ?? .failedPrecondition).rawValue
    },
    close_input: { pointer, id in
      (Plugin.onLoop(pointer, "spawn.close_input")?.children[id]?.closeInput() ?? .failedPrecondition).rawValue
    },
    signal: { pointer, id, signal in
      (Plugin.onLoop(pointer, "spawn.signal")?.children[id]?.signal(signal) ?? .failedPrecondition).rawValue
    },
    pause: { pointer, id, paused in
      (Plugin.onLoop(pointer, "spawn.pause")?.children[id]?.pause(paused != 0) ?? .failedPrecondition).rawValue
    })
}

/// One child process with its three pipes, which dies with the host.
final class ChildProcess {
  /// How many bytes may wait for a child that does not read.
  private static let inputLimit = 1 << 20
  /// Milliseconds between SIGTERM and SIGKILL.
  private static let grace: UInt64 = 5_000

  private let pid: pid_t
  private let id: UInt64
  private unowned let plugin: Plugin
  private var callback: orch_child_cb
  private var input: Pipe?
  private var outputs: [Pipe] = []
  private var exitWatch: Poll?
  private var timer: UInt64?
  private var ending: (status: Int64, signal: Int32)?

  /// The strings of a list that ends with NULL; nil for NULL.
  static func strings(_ list: UnsafePointer<UnsafePointer<CChar>?>?) -> [String]? {
    guard var entry = list else { return nil }
    var strings: [String] = []
    while let text = entry.pointee {
      strings.append(String(cString: text))
      entry += 1
    }
    return strings
  }

  init(
    _ arguments: [String], environment: [String], folder: String, timeout: Int64, callback: orch_child_cb, id: UInt64,
    plugin: Plugin
  ) throws(Failure) {
    self.callback = callback
    self.id = id
    self.plugin = plugin
    let program = try ChildProcess.find(arguments[0], in: environment)
    let pipes = try ChildProcess.makePipes()
    let childEnds: [CInt] = [pipes[0].read, pipes[1].write, pipes[2].write]
    pid = CStrings.with(arguments) { argv in
      CStrings.with(environment) { envp in chost_spawn(program, argv, envp, folder, childEnds) }
    }
    let error = errno
    for end in childEnds { close(end) }
    let ownEnds = [pipes[0].write, pipes[1].read, pipes[2].read]
    let pidfd = pid > 0 ? chost_pidfd(pid) : -1
    guard pid > 0, pidfd >= 0 else {
      for end in ownEnds { close(end) }
      throw Failure(
        error == ENOENT ? .notFound : .failedPrecondition,
        "\(program.quoted) cannot be started in \(folder.quoted): \(String(cString: strerror(error)))")
    }
    let loop = plugin.host.loop.uv
    input = Pipe(ownEnds[0], loop)
    outputs = [Pipe(ownEnds[1], loop), Pipe(ownEnds[2], loop)]
    for (index, pipe) in outputs.enumerated() {
      pipe.read { [unowned self] bytes in
        output(UInt32(index + 1), bytes)
      } ended: { [unowned self] in
        finishIfDone()
      }
    }
    exitWatch = Poll(pidfd, loop) { [unowned self] in exited() }
    if timeout > 0 {
      timer = plugin.host.loop.startTimer(after: UInt64(timeout)) { [unowned self] in
        _ = signal(SIGTERM)
        timer = self.plugin.host.loop.startTimer(after: ChildProcess.grace) { [unowned self] in
          timer = nil
          kill()
        }
      }
    }
  }

  /// The path of a program: as it is when it has a slash, else looked up in PATH of the child's environment.
  private static func find(_ name: String, in environment: [String]) throws(Failure) -> String {
    if name.contains("/") { return name }
    let path = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in path.split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 {
      return "\(folder)/\(name)"
    }
    throw Failure(.notFound, "there is no program \(name.quoted) in \(String(path).quoted)")
  }

  private static func makePipes() throws(Failure) -> [(read: CInt, write: CInt)] {
    var pipes: [(read: CInt, write: CInt)] = []
    for _ in 0..<3 {
      var ends: [CInt] = [0, 0]
      guard pipe(&ends) == 0 else {
        for pipe in pipes {
          close(pipe.read)
          close(pipe.write)
        }
        throw Failure(.resourceExhausted, "no pipe for a child process: \(String(cString: strerror(errno)))")
      }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      pipes.append((ends[0], ends[1]))
    }
    return pipes
  }

  // MARK: What the plugin may do

  func write(_ bytes: UnsafeRawBufferPointer) -> Status {
    guard let input else { return .failedPrecondition }
    guard input.waiting + bytes.count <= ChildProcess.inputLimit else { return .resourceExhausted }
    input.write(bytes)
    return .ok
  }

  func closeInput() -> Status {
    guard let input else { return .failedPrecondition }
    input.closeWhenWritten()
    self.input = nil
    return .ok
  }

  func signal(_ number: Int32) -> Status {
    guard ending == nil else { return .failedPrecondition }
    return Glibc.kill(-pid, number) == 0 ? .ok : .failedPrecondition
  }

  func pause(_ isPaused: Bool) -> Status {
    for pipe in outputs { pipe.pause(isPaused) }
    return .ok
  }

  /// Ends the child and whatever it has started.
  func kill() { _ = signal(SIGKILL) }

  /// Ends the child of a plugin that stops, which is told nothing any more.
  func abandon() {
    kill()
    let task = orch_task(fn: nil, ud: callback.ud, release: callback.release)
    callback = orch_child_cb()
    plugin.release(task)
  }

  // MARK: What the child does

  private func output(_ stream: UInt32, _ bytes: UnsafeRawBufferPointer) {
    guard callback.output != nil else { return }
    _ = plugin.enter("a child's output") { chost_child_output(&callback, stream, orch_str(bytes: bytes), $0) }
  }

  private func exited() {
    var state: CInt = 0
    guard waitpid(pid, &state, WNOHANG) == pid else { return }
    exitWatch?.close()
    exitWatch = nil
    let signal = state & 0x7F
    ending = (signal == 0 ? Int64(state >> 8 & 0xFF) : -1, signal)
    finishIfDone()
  }

  /// Tells the end once the child has exited and all of its output has been told.
  private func finishIfDone() {
    guard let ending, outputs.allSatisfy(\.isEnded) else { return }
    if let timer { plugin.host.loop.stopTimer(timer) }
    timer = nil
    input?.close()
    input = nil
    for pipe in outputs { pipe.close() }
    outputs = []
    let (plugin, id) = (plugin, id)
    guard plugin.children[id] != nil else { return }
    if callback.exited != nil {
      _ = plugin.enter("a child's end") { chost_child_exited(&callback, ending.status, ending.signal, $0) }
    }
    plugin.release(orch_task(fn: nil, ud: callback.ud, release: callback.release))
    _ = plugin.registrations.remove(id)
    plugin.children[id] = nil
  }
}

/// Lists of C strings that end with NULL.
private enum CStrings {
  static func with<R>(_ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
    let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() { list[index] = strdup(string) }
    list[strings.count] = nil
    defer {
      for index in strings.indices { free(list[index]) }
      list.deallocate()
    }
    return body(list)
  }
}
