/// Immutable bytes with several holders: the reply of a plugin, a frame that goes to a thousand clients.
final class SharedBytes {
  /// Valid as long as this object is held.
  let bytes: Bytes
  private let release: () -> Void

  /// Takes bytes that somebody else owns. `release` runs once, when the last holder lets go.
  init(_ bytes: Bytes, release: @escaping () -> Void) {
    self.bytes = bytes
    self.release = release
  }

  /// Copies what a buffer holds.
  convenience init(copying source: Bytes) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(source.count, 1))
    if let base = source.baseAddress { memory.update(from: base, count: source.count) }
    self.init(Bytes(start: memory, count: source.count)) { memory.deallocate() }
  }

  /// Keeps what `body` writes.
  convenience init(_ body: (inout ByteBuffer) -> Void) {
    var buffer = ByteBuffer()
    body(&buffer)
    self.init(copying: buffer.bytes)
  }

  deinit { release() }
}
