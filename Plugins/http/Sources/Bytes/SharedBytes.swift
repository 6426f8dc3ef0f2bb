import CPluginSDK

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

  /// Takes what a buffer holds and leaves it empty; nothing is copied.
  convenience init(emptying buffer: inout ByteBuffer) {
    let home = BufferHome()
    swap(&home.buffer, &buffer)
    self.init(home.buffer.bytes) { withExtendedLifetime(home) {} }
  }

  /// Holds the memory of a buffer that does not change any more.
  private final class BufferHome { var buffer = ByteBuffer() }

  /// Takes what a buffer of the C headers holds; bytes that are only lent are copied.
  convenience init(taking buffer: orch_buf) {
    let bytes = Bytes(
      start: UnsafeRawPointer(buffer.p)?.assumingMemoryBound(to: UInt8.self), count: buffer.p == nil ? 0 : buffer.n)
    guard let release = buffer.release else {
      self.init(copying: bytes)
      return
    }
    let owner = buffer.owner
    self.init(bytes) { release(owner) }
  }

  /// A part of these bytes, which holds them all.
  func part(_ range: Range<Int>) -> SharedBytes {
    SharedBytes(bytes.part(range)) { [self] in withExtendedLifetime(self) {} }
  }

  /// These bytes as a buffer of the C headers, which holds this object until its release.
  func buffer() -> orch_buf {
    orch_buf(
      p: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), n: bytes.count,
      release: { owner in
        if let owner { Unmanaged<SharedBytes>.fromOpaque(owner).release() }
      }, owner: Unmanaged.passRetained(self).toOpaque())
  }

  /// Keeps what `body` writes.
  convenience init(_ body: (inout ByteBuffer) -> Void) {
    var buffer = ByteBuffer()
    body(&buffer)
    self.init(copying: buffer.bytes)
  }

  deinit { release() }
}
