/// Lines that wait.
struct LineQueue {
  private(set) var lines: [[UInt8]] = []
  /// How many bytes they have.
  private(set) var size = 0

  var isEmpty: Bool { lines.isEmpty }

  mutating func append(_ line: UnsafeRawBufferPointer) {
    lines.append(Array(line))
    size += line.count
  }

  /// Hands over the first lines, as long as there is room.
  mutating func take(while hasRoom: () -> Bool, _ body: (UnsafeRawBufferPointer) -> Void) {
    var count = 0
    while count < lines.count, hasRoom() {
      size -= lines[count].count
      lines[count].withUnsafeBytes(body)
      count += 1
    }
    lines.removeFirst(count)
  }
}
