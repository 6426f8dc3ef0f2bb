import CZlib

/// Makes gzip (RFC 1952) plain again, up to a length: a few bytes can stand for any number.
enum Inflater {
  /// Appends what `input` stands for: one or several members, and nothing behind them.
  static func append(_ input: Bytes, to output: inout ByteBuffer, limit: Int) -> Failure? {
    let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { state.deallocate() }
    state.initialize(to: z_stream())
    let size = CInt(MemoryLayout<z_stream>.size)
    guard inflateInit2_(state, 15 + 16, ZLIB_VERSION, size) == Z_OK else { return .malformed }
    defer { inflateEnd(state) }
    state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)  // zlib only reads there.
    state.pointee.avail_in = UInt32(input.count)
    let start = output.count
    while true {
      // One byte more than allowed tells too long from just long enough.
      let room = min(max(4 * input.count, 4096), limit + 1 - (output.count - start))
      var result = Z_OK
      output.append(upTo: room) { space in
        state.pointee.next_out = space.baseAddress
        state.pointee.avail_out = UInt32(space.count)
        result = inflate(state, Z_NO_FLUSH)
        return space.count - Int(state.pointee.avail_out)
      }
      if output.count - start > limit { return .tooLong }
      switch result {
      case Z_STREAM_END where state.pointee.avail_in == 0: return nil
      case Z_STREAM_END: inflateReset(state)
      case Z_OK where state.pointee.avail_in > 0 || state.pointee.avail_out == 0: continue
      default: return .malformed
      }
    }
  }

  enum Failure: Error {
    case tooLong
    /// No gzip, cut off, or with something behind it.
    case malformed
  }
}
