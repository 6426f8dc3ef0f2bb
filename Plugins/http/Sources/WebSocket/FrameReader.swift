import CWslay

/// Reads the frames of one WebSocket client by wslay, and sends the control frames by which wslay answers.
///
/// wslay keeps two buffers of 4 KiB for each client. So a reader is lent: a connection has one while a message comes in.
/// Between messages there is nothing to remember, and an idle client owns none.
final class FrameReader {
  private(set) var context: wslay_event_context_ptr?
  fileprivate unowned var connection: WebSocketConnection?
  private var input = Bytes(start: nil, count: 0)
  /// Bytes that were read since it was lent, and the lengths of all frames of which the header was among them.
  private var (readBytes, frameBytes): (UInt64, UInt64) = (0, 0)

  fileprivate init() {
    var callbacks = Self.callbacks
    // wslay copies the callbacks. The context ends in `deinit`: the unretained pointer is valid as long as it is used.
    let me = Unmanaged.passUnretained(self).toOpaque()
    guard wslay_event_context_server_init(&context, &callbacks, me) == 0 else { fatalError("out of memory: wslay") }
  }

  deinit { wslay_event_context_free(context) }

  fileprivate func begin(_ connection: WebSocketConnection) {
    self.connection = connection
    (readBytes, frameBytes) = (0, 0)
    wslay_event_config_set_max_recv_msg_length(context, UInt64(connection.limits.message))
  }

  /// Reads what came. Answers whether wslay goes on: it stops without a close code at headers that cannot be.
  func read(_ bytes: Bytes) -> Bool {
    input = bytes
    readBytes += UInt64(bytes.count)
    defer { input = Bytes(start: nil, count: 0) }
    return wslay_event_recv(context) == 0
  }

  /// Whether the last frame is whole, and nothing waits to be sent.
  var isBetweenFrames: Bool { readBytes == frameBytes && wslay_event_want_write(context) == 0 }

  private func take(into target: UnsafeMutablePointer<UInt8>, _ length: Int) -> Int {
    let part = min(length, input.count)
    guard part > 0, let source = input.baseAddress else { return 0 }
    target.update(from: source, count: part)
    input = input.part(part..<input.count)
    return part
  }

  private func frameBegan(opcode: UInt8, isFinal: Bool, length: UInt64) {
    // wslay takes masked frames alone, with their length in the shortest form: two bytes, those of the length, four of the mask.
    frameBytes &+= length &+ (length < 126 ? 6 : length < 65536 ? 8 : 14)
    connection?.frameBegan(opcode: opcode, isFinal: isFinal, length: length)
  }

  private static let callbacks = wslay_event_callbacks(
    recv_callback: { context, target, length, _, me in
      guard let reader = FrameReader.from(me), let target else { return -1 }
      let count = reader.take(into: target, length)
      if count == 0 { wslay_event_set_error(context, CInt(WSLAY_ERR_WOULDBLOCK.rawValue)) }
      return count == 0 ? -1 : count
    },
    send_callback: { _, data, length, _, me in
      guard let connection = FrameReader.from(me)?.connection else { return -1 }
      connection.outbox.append { $0.append(Bytes(start: data, count: length)) }
      return length
    },
    genmask_callback: nil,
    on_frame_recv_start_callback: { _, frame, me in
      guard let frame = frame?.pointee else { return }
      FrameReader.from(me)?.frameBegan(opcode: frame.opcode, isFinal: frame.fin != 0, length: frame.payload_length)
    },
    on_frame_recv_chunk_callback: { _, part, me in
      if let part = part?.pointee { FrameReader.from(me)?.connection?.partArrived(part.data_length) }
    },
    on_frame_recv_end_callback: nil,
    on_msg_recv_callback: { _, message, me in
      guard let message = message?.pointee else { return }
      let bytes = Bytes(start: message.msg, count: message.msg_length)
      FrameReader.from(me)?.connection?.messageArrived(opcode: message.opcode, bytes)
    })

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> FrameReader? {
    pointer.map { Unmanaged<FrameReader>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// The readers that nobody uses.
final class FrameReaderPool {
  private var spare: [FrameReader] = []

  func take(for connection: WebSocketConnection) -> FrameReader {
    let reader = spare.popLast() ?? FrameReader()
    reader.begin(connection)
    return reader
  }

  /// Takes back one that is between two messages of a connection which is open: it is as good as new.
  func giveBack(_ reader: FrameReader) {
    reader.connection = nil
    if spare.count < 16 { spare.append(reader) }
  }
}
