import CHost

/// Turns the typed result of a native function into JSON, and back.
enum NativeResult {
  /// The result as JSON text, given away. The value is consumed: buffers in it are released or passed on.
  static func json(
    _ value: UnsafeMutablePointer<NativeInvoker.Value>, of method: MethodDeclaration, into writer: inout JSONWriter
  ) throws(Failure) -> orch_buf {
    let raw = UnsafeRawPointer(value)
    writer.reset(keepingAtMost: 64 << 10)
    switch method.result {
    case .nothing: return .empty
    case .bool: writer.bool(raw.load(as: UInt8.self) != 0)
    case .int: writer.int(raw.load(as: Int64.self))
    case .double:
      let number = raw.load(as: Double.self)
      do { try writer.double(number) } catch {
        throw Failure(.outOfRange, "the result of \(method.fullName) is \(number), which JSON cannot express")
      }
    case .string, .bytes, .json: return try text(raw.load(as: orch_buf.self), of: method, into: &writer)
    }
    return .copying(writer.bytes)
  }

  private static func text(
    _ buffer: orch_buf, of method: MethodDeclaration, into writer: inout JSONWriter
  ) throws(Failure) -> orch_buf {
    var buffer = buffer
    guard buffer.n == 0 || buffer.p != nil else {
      throw Failure(.internal, "\(method.fullName) gave \(buffer.n) bytes at NULL")
    }
    if method.result == .json { return buffer.release == nil ? .copying(buffer.bytes) : buffer }
    defer { buffer.drop() }
    if method.result == .bytes {
      writer.string(Base64.encode(buffer.bytes))
    } else {
      guard buffer.bytes.isUTF8 else { throw Failure(.internal, "the result of \(method.fullName) is not UTF-8") }
      writer.string(utf8: buffer.bytes)
    }
    return .copying(writer.bytes)
  }

  /// Writes a JSON answer to where a typed caller wants its result.
  static func store(
    _ json: UnsafeRawBufferPointer, type: ValueType, at place: UnsafeMutableRawPointer?, method: String
  ) throws(Failure) {
    guard type != .nothing, let place else { return }
    if type == .json {
      place.storeBytes(of: .copying(json), as: orch_buf.self)
      return
    }
    let document = JSONDocument()
    do { try document.parse(json) } catch { throw Failure(.internal, "\(method) answered no JSON: \(error.message)") }
    let value = document.root
    guard type.accepts(value) else { throw Failure(.internal, "\(method) answered no \(type.name)") }
    switch type {
    case .bool: place.storeBytes(of: value.bool == true ? 1 : 0, as: UInt8.self)
    case .int: place.storeBytes(of: value.int ?? 0, as: Int64.self)
    case .double: place.storeBytes(of: value.double ?? 0, as: Double.self)
    case .string: place.storeBytes(of: .copying(value.stringBytes ?? json), as: orch_buf.self)
    case .bytes:
      guard let bytes = value.stringBytes.flatMap(Base64.decode) else {
        throw Failure(.internal, "\(method) answered text that is not base64")
      }
      place.storeBytes(of: .copying(bytes), as: orch_buf.self)
    case .json, .nothing: break
    }
    withExtendedLifetime(document) {}
  }
}
