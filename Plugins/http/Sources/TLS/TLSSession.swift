import COpenSSL

/// One connection's TLS: what the socket gives and takes on one side, what the protocol reads and says on the other. It knows no
/// socket and no clock, and an idle one holds no buffers.
final class TLSSession {
  /// What came of bytes of the client.
  enum Outcome: Equatable {
    /// All were read; more are needed.
    case needsMore
    /// The client will send no more.
    case ended
    /// They are no TLS, or the client is refused. What is to be said about it waits in ``output``.
    case failed
  }

  private let ssl: OpaquePointer
  private let pool: OutboxPool
  /// Encrypted bytes that wait for the socket.
  private(set) var output: OutputQueue?
  private var input = Bytes(start: nil, count: 0)
  private var hasFailed = false
  /// Whether nothing has come yet.
  private(set) var isFresh = true

  init?(_ context: TLSContext, pool: OutboxPool) {
    guard let ssl = SSL_new(context.pointer) else { return nil }
    guard let bio = BIO_new(Self.method) else {
      SSL_free(ssl)
      return nil
    }
    self.ssl = ssl
    self.pool = pool
    BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())  // Used by `ssl` alone, which ends in `deinit`.
    BIO_set_init(bio, 1)
    SSL_set_bio(ssl, bio, bio)
    SSL_set_accept_state(ssl)
  }

  deinit {
    SSL_free(ssl)
    finishOutput()
  }

  /// Whether both sides have agreed on their keys.
  var isOpen: Bool { SSL_is_init_finished(ssl) == 1 && !hasFailed }

  /// Reads encrypted bytes, which are borrowed, and calls `body` with what they say, until it answers false.
  func receive(_ bytes: Bytes, through buffer: UnsafeMutableRawBufferPointer, _ body: (Bytes) -> Bool) -> Outcome {
    guard !hasFailed else { return .failed }
    isFresh = false
    input = bytes
    defer { input = Bytes(start: nil, count: 0) }
    while true {
      var count = 0
      ERR_clear_error()
      let result = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
      if result == 1 {
        let plain = Bytes(start: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count: count)
        guard body(plain) else { return .needsMore }
        continue
      }
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: return .needsMore
      case SSL_ERROR_ZERO_RETURN: return .ended
      default:
        hasFailed = true
        return .failed
      }
    }
  }

  /// Encrypts a part of what waits into ``output``. Answers false when it cannot be sent any more.
  func encrypt(_ queue: OutputQueue) -> Bool {
    guard isOpen else { return false }
    var taken = 0
    var isWritten = true
    queue.forEachRun(limit: 16) { run in
      guard isWritten, taken < Self.portion else { return }
      let part = run.part(0..<min(run.count, Self.portion - taken))
      var count = 0
      ERR_clear_error()
      // The socket of `ssl` is a buffer that takes everything.
      isWritten = SSL_write_ex(ssl, part.baseAddress, part.count, &count) == 1
      taken += count
    }
    queue.consume(taken)
    if !isWritten { hasFailed = true }
    return isWritten
  }

  /// So much is encrypted at once: what waits is not held twice.
  private static let portion = 64 * 1024

  /// Says that this side will send no more.
  func close() {
    guard isOpen else { return }
    ERR_clear_error()
    _ = SSL_shutdown(ssl)
  }

  /// What was in ``output`` is written.
  func finishOutput() {
    if let output { pool.giveBack(output) }
    output = nil
  }

  // MARK: The socket as OpenSSL sees it

  private func read(into target: UnsafeMutablePointer<CChar>, _ length: Int) -> Int {
    let count = min(length, input.count)
    guard count > 0, let source = input.baseAddress else { return 0 }
    UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
    input = input.part(count..<input.count)
    return count
  }

  private func write(_ bytes: Bytes) {
    let queue = output ?? pool.takeQueue()
    output = queue
    queue.append { $0.append(bytes) }
    pool.load.waitingBytes += bytes.count
  }

  private static func from(_ bio: OpaquePointer?) -> TLSSession? {
    BIO_get_data(bio).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Made once, never freed and never changed.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "orchestron")
    BIO_meth_set_read_ex(method) { bio, target, length, count in
      guard let session = TLSSession.from(bio), let target, let count else { return 0 }
      count.pointee = session.read(into: target, length)
      if count.pointee == 0 { openssl_retry_read(bio) }
      return count.pointee > 0 ? 1 : 0
    }
    BIO_meth_set_write_ex(method) { bio, source, length, count in
      guard let session = TLSSession.from(bio), let source, let count else { return 0 }
      session.write(Bytes(start: UnsafeRawPointer(source).assumingMemoryBound(to: UInt8.self), count: length))
      count.pointee = length
      return 1
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()
}
