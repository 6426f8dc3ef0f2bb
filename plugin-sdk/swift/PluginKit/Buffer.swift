public import CPluginSDK

/// Bytes that the host gave away: the answer of a call, for example. Freed with the last reference.
///
/// May be passed between threads: the bytes never change and may be released anywhere.
public final class Body: JSONText, @unchecked Sendable {  // immutable; `release` of an orch_buf is [any-thread]
  private let buffer: orch_buf

  /// Takes what `buffer` holds.
  init(taking buffer: orch_buf) {
    self.buffer = buffer
  }

  deinit {
    buffer.release?(buffer.owner)
  }

  /// The bytes, valid as long as this object.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: buffer.p, count: buffer.p == nil ? 0 : buffer.n)
  }

  /// The bytes as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public func withJSON<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let result = body(bytes)
    withExtendedLifetime(self) {}
    return result
  }

  /// The body as a buffer of its own for the host, which shares these bytes.
  func share() -> orch_buf {
    orch_buf(
      p: buffer.p, n: buffer.n,
      release: { owner in
        if let owner { Unmanaged<Body>.fromOpaque(owner).release() }
      }, owner: Unmanaged.passRetained(self).toOpaque())
  }
}

/// Keeps the storage of an array alive while the host holds a pointer into it.
private final class ArrayOwner {
  let bytes: [UInt8]

  init(_ bytes: consuming [UInt8]) {
    self.bytes = bytes
  }
}

/// Gives an array away without copying it.
func give(_ bytes: consuming [UInt8]) -> orch_buf {
  if bytes.isEmpty { return orch_buf(p: nil, n: 0, release: nil, owner: nil) }
  let owner = ArrayOwner(bytes)
  // The storage of a native array of trivial elements stays where it is while something holds the array and nobody
  // changes it; `owner` holds it until the release, and its property is a constant.
  return owner.bytes.withUnsafeBytes { bytes in
    orch_buf(
      p: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), n: bytes.count,
      release: { owner in
        if let owner { Unmanaged<ArrayOwner>.fromOpaque(owner).release() }
      }, owner: Unmanaged.passRetained(owner).toOpaque())
  }
}

/// Lends bytes to a function that copies what it keeps.
@inlinable
func lend(_ bytes: UnsafeRawBufferPointer) -> orch_buf {
  orch_buf(
    p: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), n: bytes.count,
    release: nil, owner: nil)
}
