import CUV
import Glibc

/// One end of a pipe on the loop: a `uv_pipe_t` that frees itself once it is closed.
final class Pipe {
  private let handle: UnsafeMutablePointer<uv_pipe_t>
  private var onBytes: ((UnsafeRawBufferPointer) -> Void)?
  private var onEnd: (() -> Void)?
  /// True once the other side has closed, or this one.
  private(set) var isEnded = false
  private var isClosed = false
  private var closesWhenWritten = false
  private var writes = 0

  /// Takes the descriptor.
  init(_ descriptor: CInt, _ loop: UnsafeMutablePointer<uv_loop_t>) {
    handle = .allocate(capacity: 1)
    uv_pipe_init(loop, handle, 0)
    uv_pipe_open(handle, descriptor)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { close() }

  private var stream: UnsafeMutablePointer<uv_stream_t> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
  }

  private static func behind(_ handle: UnsafeMutableRawPointer?) -> Pipe? {
    let data = handle?.assumingMemoryBound(to: uv_handle_t.self).pointee.data
    return data.map { Unmanaged<Pipe>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: Reading

  func read(_ bytes: @escaping (UnsafeRawBufferPointer) -> Void, ended: @escaping () -> Void) {
    onBytes = bytes
    onEnd = ended
    pause(false)
  }

  func pause(_ isPaused: Bool) {
    guard !isEnded, onBytes != nil else { return }
    if isPaused {
      uv_read_stop(stream)
      return
    }
    uv_read_start(
      stream,
      { _, size, buffer in
        buffer?.pointee = uv_buf_init(malloc(size)?.assumingMemoryBound(to: CChar.self), UInt32(size))
      },
      { stream, count, buffer in
        defer { free(buffer?.pointee.base) }
        guard let pipe = Pipe.behind(stream) else { return }
        if count > 0 {
          pipe.onBytes?(UnsafeRawBufferPointer(start: buffer?.pointee.base, count: count))
        } else if count < 0 {
          pipe.end()
        }
      })
  }

  private func end() {
    guard !isEnded else { return }
    isEnded = true
    uv_read_stop(stream)
    onEnd?()
  }

  // MARK: Writing

  /// How many bytes wait for the other side to read.
  var waiting: Int { isClosed ? 0 : Int(uv_stream_get_write_queue_size(stream)) }

  /// One write under way, with its bytes.
  private struct Write {
    var request = uv_write_t()
    var bytes: UnsafeMutableRawPointer?
  }

  /// Writes a copy of the bytes; they are lost when the other side has gone.
  func write(_ bytes: UnsafeRawBufferPointer) {
    guard !isClosed, bytes.count > 0, let copy = malloc(bytes.count), let source = bytes.baseAddress else { return }
    memcpy(copy, source, bytes.count)
    let write = UnsafeMutablePointer<Write>.allocate(capacity: 1)
    write.initialize(to: Write(bytes: copy))
    let request = UnsafeMutableRawPointer(write).assumingMemoryBound(to: uv_write_t.self)
    var buffer = uv_buf_init(copy.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
    writes += 1
    let status = uv_write(request, stream, &buffer, 1) { request, _ in
      guard let request else { return }
      let pipe = Pipe.behind(request.pointee.handle)
      let write = UnsafeMutableRawPointer(request).assumingMemoryBound(to: Write.self)
      free(write.pointee.bytes)
      write.deallocate()
      pipe?.written()
    }
    if status != 0 {
      free(copy)
      write.deallocate()
      writes -= 1
    }
  }

  private func written() {
    writes -= 1
    if closesWhenWritten, writes == 0 { close() }
  }

  /// Closes once all is written; the pipe keeps itself until then.
  func closeWhenWritten() {
    guard writes > 0 else { return close() }
    closesWhenWritten = true
    keepsItself = self
  }

  private var keepsItself: Pipe?

  func close() {
    guard !isClosed else { return }
    isClosed = true
    isEnded = true
    handle.pointee.data = nil
    handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
    keepsItself = nil
  }
}

/// Tells when a descriptor becomes readable: a `uv_poll_t` that owns it.
final class Poll {
  private let handle: UnsafeMutablePointer<uv_poll_t>
  private let descriptor: CInt
  private let body: () -> Void
  private var isClosed = false

  init(_ descriptor: CInt, _ loop: UnsafeMutablePointer<uv_loop_t>, _ body: @escaping () -> Void) {
    handle = .allocate(capacity: 1)
    self.descriptor = descriptor
    self.body = body
    uv_poll_init(loop, handle, descriptor)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_poll_start(handle, CInt(UV_READABLE.rawValue)) { handle, _, _ in
      guard let data = handle?.pointee.data else { return }
      Unmanaged<Poll>.fromOpaque(data).takeUnretainedValue().body()
    }
  }

  deinit { close() }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    handle.pointee.data = nil
    uv_poll_stop(handle)
    handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
    Glibc.close(descriptor)
  }
}
