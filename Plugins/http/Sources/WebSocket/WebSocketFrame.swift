/// A text frame of the server, encoded once and sent to any number of clients.
struct WebSocketFrame {
  /// The first byte of a final frame.
  enum Kind: UInt8 {
    case text = 0x81
    case binary = 0x82
  }

  let bytes: SharedBytes

  /// A frame that was encoded before.
  init(encoded bytes: SharedBytes) { self.bytes = bytes }

  /// Encodes the text that `body` writes.
  init(_ body: (inout ByteBuffer) -> Void) {
    bytes = SharedBytes { Self.append(.text, body, to: &$0) }
  }

  /// Appends an unmasked, final frame whose payload `body` writes.
  static func append(_ kind: Kind, _ body: (inout ByteBuffer) -> Void, to buffer: inout ByteBuffer) {
    // The length comes before the payload and has two, four or ten bytes: write with the longest, then close the gap.
    let start = buffer.count
    buffer.append("\0\0\0\0\0\0\0\0\0\0")
    body(&buffer)
    let length = buffer.count - start - 10
    let size = length < 126 ? 2 : length < 65536 ? 4 : 10
    if size < 10 { buffer.remove(start + size..<start + 10) }
    buffer.replace(at: start, with: kind.rawValue)
    buffer.replace(at: start + 1, with: size == 2 ? UInt8(length) : size == 4 ? 126 : 127)
    for index in 2..<size {
      buffer.replace(at: start + index, with: UInt8(truncatingIfNeeded: length >> ((size - 1 - index) * 8)))
    }
  }
}
