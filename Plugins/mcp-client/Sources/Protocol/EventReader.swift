import Glibc
import MCPProtocol
import PluginKit

/// Reads server-sent events as their bytes come, wherever these are cut.
struct EventReader {
  /// The id of the last whole event: where to go on after a loss.
  private(set) var lastID: String?
  /// Milliseconds after which the server wants to be asked again.
  private(set) var retry: Int?

  /// The most bytes of one event.
  private let limit: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var id: String?
  private var endedWithReturn = false

  init(limit: Int) { self.limit = limit }

  /// Gives the data of each event that is whole now and has some.
  mutating func add(
    _ bytes: UnsafeRawBufferPointer, event: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var start = endedWithReturn && bytes.first == 0x0A ? 1 : 0
    endedWithReturn = false
    // A line ends with CR, LF or both. Each is looked for once, however many there are of the other.
    var (feed, turn) = (Self.index(of: 0x0A, in: bytes, from: start), Self.index(of: 0x0D, in: bytes, from: start))
    while case let end = min(feed, turn), end < bytes.count {
      try keep(bytes[start..<end])
      try finishLine(event)
      start = end + 1
      if end == turn {
        endedWithReturn = start == bytes.count
        if feed == start, feed < bytes.count { start += 1 }
        turn = Self.index(of: 0x0D, in: bytes, from: start)
      }
      if feed < start { feed = Self.index(of: 0x0A, in: bytes, from: start) }
    }
    try keep(bytes[start...])
  }

  /// Where a byte is next; the count of the bytes when it is nowhere.
  private static func index(of byte: Int32, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard start < bytes.count, let base = bytes.baseAddress, let place = memchr(base + start, byte, bytes.count - start)
    else { return bytes.count }
    return UnsafeRawPointer(place) - base
  }

  private mutating func keep(_ part: Slice<UnsafeRawBufferPointer>) throws(Failure) {
    guard line.count + data.count + part.count <= limit else {
      throw Failure(.resourceExhausted, "it sent a message of more than \(limit >> 20) MiB")
    }
    line.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
  }

  private mutating func finishLine(_ event: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
    defer { line.removeAll(keepingCapacity: true) }
    guard !line.isEmpty else {
      lastID = id ?? lastID
      let (text, isEvent) = (data, hasData && !data.isEmpty)
      data = []
      hasData = false
      if isEvent { try event(text) }
      return
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == 0x20 { value = value.dropFirst() }
    let name = line[..<colon]
    if name.elementsEqual("data".utf8) {
      if hasData { data.append(0x0A) }
      data += value
      hasData = true
    } else if name.elementsEqual("id".utf8) {
      let text = String(decoding: value, as: UTF8.self)
      if HeaderText.isPlain(text) { id = text }
    } else if name.elementsEqual("retry".utf8) {
      retry = Int(String(decoding: value, as: UTF8.self)).map { min(max($0, 0), 60_000) } ?? retry
    }
  }
}
