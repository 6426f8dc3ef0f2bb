/// Sends a part of a large file, piece by piece: a worker reads, and only as fast as the client takes.
final class FileSender {
  /// Reads a piece off the loop, and calls back on it.
  typealias Reader = (
    _ file: OpenFile, _ offset: Int, _ count: Int, _ done: @escaping (OpenFile.Part?) -> Void
  ) -> Void

  private let exchange: HTTPExchange
  private let file: OpenFile
  private let read: Reader
  private var rest: Range<Int>
  private var isReading = false

  /// Bytes that are read at once.
  static let piece = 256 << 10

  /// - Parameter exchange: Its answer has begun, with the length of `range`.
  init(_ exchange: HTTPExchange, _ file: OpenFile, _ range: Range<Int>, _ read: @escaping Reader) {
    self.exchange = exchange
    self.file = file
    self.read = read
    rest = range
  }

  /// Begins. The exchange holds this object until its answer has ended.
  func start() {
    exchange.onWritable = { self.next() }
    next()
  }

  private func next() {
    guard !isReading, let connection = exchange.connection, exchange.reply == .streaming else { return }
    guard !rest.isEmpty else { return exchange.endStream() }
    guard connection.outbox.bufferedBytes <= exchange.engine.limits.highWater else { return }
    isReading = true
    let count = min(rest.count, Self.piece)
    read(file, rest.lowerBound, count) { part in
      self.isReading = false
      // A file that has become shorter cannot be sent as was said.
      guard let part else { return self.exchange.abortStream() }
      guard self.exchange.reply == .streaming, self.exchange.connection != nil else { return }
      self.exchange.stream(SharedBytes(part))
      self.rest.removeFirst(count)
      self.next()
    }
  }
}
