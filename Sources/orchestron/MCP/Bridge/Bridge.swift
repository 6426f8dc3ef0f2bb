import Glibc
import OrchestronHost

/// Carries lines between a client of MCP, on standard input and output, and the plugin `mcp` of the host.
///
/// The host may go and another one come; the client keeps its connection. One thread, which waits in `poll` alone: a
/// client that does not read, or a host that does not, stops nobody but itself.
final class Bridge {
  private var seeker: HostSeeker
  /// What `mcp.open` gets.
  private let wishes: JSONObject
  private let document = JSONDocument()
  private var input = LineInput(limit: Bridge.longestMessage)
  private var output = Outlet(STDOUT_FILENO)
  private var talk = Conversation()
  /// Lines of the client that no host has heard.
  private var queue = LineQueue()
  private var link: HostLink?
  /// The call of `mcp.open`.
  private var opening: Int64?
  /// What the host calls this connection; nil until it is open.
  private var connection: String?
  /// The requests of the client by the calls that bring them to the host.
  private var sending: [Int64: JSON] = [:]
  /// When to look for a host; nil when none is wanted.
  private var nextLook: UInt64?
  /// Since when somebody or something has waited for an open connection.
  private var wanted: UInt64 = 0
  /// Since when there has been one.
  private var opened: UInt64 = 0
  private var held = HeldEnds()
  /// When to end, whatever is still under way; nil while the client is there.
  private var end: UInt64?
  private let stop: StopPipe

  static let longestMessage = 16 << 20
  /// No more is read from the client while this much waits for the host, and the other way round.
  private static let inputWaiting = 1 << 20
  private static let outputWaiting = 16 << 20
  /// Milliseconds for which answers are awaited after the client's last word: with a host, and until there is one.
  private static let grace: UInt64 = 2000
  private static let startGrace: UInt64 = 15_000
  /// Milliseconds after which waiting requests are told that there is no host, or that it does not let us in.
  private static let patience: UInt64 = 30_000
  private static let doorPatience: UInt64 = 3000

  init(_ seeker: HostSeeker, wishes: JSONObject) throws(Failure) {
    self.seeker = seeker
    self.wishes = wishes
    stop = try StopPipe()
  }

  /// Runs until the client has gone, or the process is asked to end.
  func run() {
    while !isDone {
      look()
      losePatience()
      turn()
      tellHeld()
    }
    _ = link?.flush()
  }

  private var isDone: Bool {
    guard let end else { return false }
    if Stopwatch.now >= end { return true }
    return queue.isEmpty && talk.isQuiet && output.waiting == 0 && sending.isEmpty && (link?.waiting ?? 0) == 0
  }

  /// Waits for something to happen, and deals with it.
  private func turn() {
    let mayReadClient = end == nil && queue.size + (link?.waiting ?? 0) < Bridge.inputWaiting
    var files = [
      pollfd(file: stop.file, POLLIN),
      pollfd(file: mayReadClient ? STDIN_FILENO : -1, POLLIN),
      // Watched for its end as well: a client that reads no more has gone.
      pollfd(file: STDOUT_FILENO, output.waiting > 0 ? POLLOUT : 0),
      link?.watched(isReading: output.waiting < Bridge.outputWaiting) ?? pollfd(file: -1, 0),
    ]
    guard poll(&files, nfds_t(files.count), timeout) > 0 else { return }
    if files[0].saw(POLLIN) { return leave(within: 0) }
    if files[1].saw(POLLIN) { readClient() }
    if files[2].saw(POLLOUT), !output.flush() || !files[2].saw(only: POLLOUT) { return leave(within: 0) }
    if files[3].saw(POLLIN | POLLOUT) { serveHost() }
  }

  /// Milliseconds until something is due; -1 for none.
  private var timeout: CInt {
    let impatience = connection == nil && !queue.isEmpty ? wanted + Bridge.patience : nil
    guard let due = [nextLook, end, held.due, impatience].compactMap({ $0 }).min() else { return -1 }
    let now = Stopwatch.now
    return due <= now ? 0 : CInt(clamping: due - now)
  }

  private func leave(within milliseconds: UInt64) {
    end = min(end ?? .max, Stopwatch.now + milliseconds)
    _ = output.flush()
  }
}

// MARK: - The client

extension Bridge {
  private func readClient() {
    input.read(from: STDIN_FILENO)
    while input.next({ take($0) }) {}
    if input.isEnded { end = Stopwatch.now + (connection == nil ? Bridge.startGrace : Bridge.grace) }
    sendQueue()
  }

  private func take(_ line: LineInput.Line) {
    guard case .text(var text) = line else {
      return tell(
        Conversation.error(
          -32600, "the message is longer than \(Bridge.longestMessage >> 20) MiB; send less at once", id: .null))
    }
    if text.last == UInt8(ascii: "\r") { text = UnsafeRawBufferPointer(rebasing: text.dropLast()) }
    guard text.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else { return }
    if connection == nil, queue.isEmpty { wanted = Stopwatch.now }
    queue.append(text)
    if link == nil, nextLook == nil { nextLook = wanted }
  }

  private func tell(_ message: JSON) {
    message.bytes.withUnsafeBytes { output.add($0) }
    newline()
  }

  private func newline() {
    withUnsafeBytes(of: UInt8(ascii: "\n")) { output.add($0) }
    if output.waiting > 64 << 10 { flushOutput() }
  }

  private func flushOutput() {
    if !output.flush() { leave(within: 0) }
  }

  /// Answers what waits for a host that does not come.
  private func refuseQueue(_ sentence: String) {
    for line in queue.lines {
      guard (try? document.parse(line)) != nil, document.root.kind == .object, document.root["method"] != nil,
        let id = document.root["id"], !id.isNull
      else { continue }
      tell(Conversation.error(-32603, sentence, id: id.json))
    }
    queue = LineQueue()
    flushOutput()
  }
}

// MARK: - The host

extension Bridge {
  private func look() {
    guard link == nil, let due = nextLook, due <= Stopwatch.now else { return }
    switch seeker.look() {
    case .host(let link):
      self.link = link
      nextLook = nil
      opening = link.call("mcp.open", timeout: 86_400_000) { [wishes] writer in
        for (key, value) in wishes {
          writer.key(key)
          writer.json(value)
        }
      }
      serveHost()
    case .nobody(let pause): nextLook = Stopwatch.now + pause
    case .failure(let failure): fail(failure)
    }
  }

  private func losePatience() {
    guard connection == nil, !queue.isEmpty, Stopwatch.now >= wanted + Bridge.patience else { return }
    refuseQueue("no host of \(seeker.storage) answers yet; \(seeker.storage)/background.log may say why; try again")
  }

  /// There is no host, and none that could be asked; the next message of the client is the next try.
  private func fail(_ failure: Failure) {
    Note.write(failure.message)
    close()
    for answer in talk.lose(because: { _ in failure.message }) { tell(answer) }
    refuseQueue(failure.message)
  }

  private func serveHost() {
    guard let link else { return }
    var isThere = link.receive(take)
    if isThere, !link.flush() {
      // What it has said before it went still counts.
      while link.receive(take) {}
      isThere = false
    }
    if self.link != nil, !isThere { lose() }
    flushOutput()
    sendQueue()
  }

  /// Drops the connection.
  private func close() {
    link = nil
    opening = nil
    connection = nil
    sending = [:]
    held = HeldEnds()
    nextLook = nil
  }

  private func lose() {
    let now = Stopwatch.now
    // A host that ends connections as soon as they are open is not asked without a pause.
    let pause: UInt64 = connection != nil && now - opened < 1000 ? 1000 : 0
    close()
    Note.write("the host of \(seeker.storage) has ended; connecting to another")
    for answer in talk.lose(because: { [seeker] method in
      "the host of \(seeker.storage) ended before it answered \(method); look whether it was done, then try again"
    }) { tell(answer) }
    seeker.leaveTime(500)
    wanted = now
    nextLook = seeker.hasFolder || !queue.isEmpty ? now + pause : nil
  }

  private func take(_ message: HostLink.Message) {
    switch message {
    case .chunk(let data, let call):
      guard call == opening else { return }
      if let message = data["message"] { return host(says: message) }
      guard let id = data["connection"]?.string else { return }
      connection = id
      opened = Stopwatch.now
      for line in talk.repetition() { line.withUnsafeBytes { send($0) } }
      if end != nil { end = Stopwatch.now + Bridge.grace }
    case .answer(let outcome, let call):
      if call == opening { return ended(outcome) }
      let request = sending.removeValue(forKey: call)
      guard case .failure(let problem) = outcome, let request, request != .null else { return }
      talk.forget(request)
      tell(Conversation.error(-32603, problem.failure.message, id: request))
    }
  }

  /// The host has ended the stream of messages.
  private func ended(_ outcome: Result<Void, Problem>) {
    guard connection == nil, case .failure(let problem) = outcome else { return lose() }
    switch problem.failure.status {
    case .unavailable where Stopwatch.now < wanted + Bridge.doorPatience:
      // It is about to end, or about to be ready.
      close()
      nextLook = Stopwatch.now + 100
    case .cancelled: lose()
    case .notFound where problem.plugin == "host":
      fail(HostSession.withoutPlugin)
    default: fail(problem.failure)
    }
  }

  private func host(says message: JSONElement) {
    switch talk.host(says: message) {
    case .passOn:
      var writer = JSONWriter(capacity: 1024)
      writer.element(message)
      output.add(writer.bytes)
      newline()
    case .replace(let others): others.forEach(tell)
    case .hold: held.add(message.json)
    }
  }

  /// Passes ends of subscriptions on that were not the host's own end.
  private func tellHeld() {
    guard let due = held.due, due <= Stopwatch.now else { return }
    for message in held.messages {
      talk.forget(message["id"] ?? .null)
      tell(message)
    }
    held = HeldEnds()
    flushOutput()
  }

  /// Hands the host what the client has said, as far as it takes it.
  private func sendQueue() {
    guard connection != nil, !queue.isEmpty else { return }
    queue.take {
      (link?.flush() ?? false) && (link?.waiting ?? .max) < Bridge.inputWaiting
    } _: {
      send($0)
    }
    _ = link?.flush()
  }

  private func send(_ line: UnsafeRawBufferPointer) {
    guard let link, let connection else { return }
    var request: JSON = .null
    var isMessage = (try? document.parse(line)) != nil
    // What wraps it must not make it too deep; a short line cannot be.
    if isMessage, line.count >= JSONDocument.maximumDepth - 2 {
      let wrapped = Array("[[[".utf8) + line + Array("]]]".utf8)
      isMessage = (try? document.parse(wrapped)) != nil
      if isMessage { isMessage = (try? document.parse(line)) != nil }
    }
    if isMessage {
      talk.client(says: document.root, line)
      if document.root.kind == .object, document.root["method"] != nil, let id = document.root["id"] {
        request = id.json
      }
    }
    let call = link.call("mcp.send") { writer in
      writer.key("connection")
      writer.string(connection)
      if isMessage {
        writer.key("message")
        writer.raw(line)
      } else {
        // The plugin says what is wrong with it; a part is enough for that.
        writer.key("text")
        writer.string(repairing: UnsafeRawBufferPointer(rebasing: line.prefix(64 << 10)))
      }
    }
    sending[call] = request
  }
}
