import CFFI
import CHost
import Glibc

/// A C function made by libffi at run time, which gives a typed caller a method that is not a plain function on its
/// thread: a handler, a method on another thread, one with further parameters, or one that is not there.
///
/// Never freed: a caller may be inside at any time.
final class TypedClosure {
  /// What stands behind the function.
  enum Mode {
    /// A native function with further parameters, which take their defaults.
    case adapter(RegisteredMethod)
    /// A handler that answers at once, called on the loop.
    case inline(MethodDeclaration)
    /// Any method, called on the loop from a worker that waits.
    case posted(MethodDeclaration)
    /// Nothing: every call fails so.
    case stub(Failure)
  }

  /// The C function.
  let function: @convention(c) () -> Void
  private let signature: Signature
  private let importer: Plugin
  private let mode: Mode

  init(_ signature: Signature, importer: Plugin, _ mode: Mode) throws(Failure) {
    self.signature = signature
    self.importer = importer
    self.mode = mode
    let cif = try FFITypes.cif(for: (signature.parameters, signature.result))
    var code: UnsafeMutableRawPointer?
    guard let memory = ffi_closure_alloc(MemoryLayout<ffi_closure>.size, &code), let code else {
      throw Failure(.resourceExhausted, "the system gives no memory for a function made at run time (libffi closure)")
    }
    // The code address is a C function of the signature, which callers cast it to.
    function = unsafeBitCast(code, to: (@convention(c) () -> Void).self)
    let status = ffi_prep_closure_loc(
      memory.assumingMemoryBound(to: ffi_closure.self), cif,
      { _, returned, arguments, user in
        guard let user, let arguments, let returned else { return }
        let closure = Unmanaged<TypedClosure>.fromOpaque(user).takeUnretainedValue()
        let status = closure.run(arguments)
        returned.storeBytes(of: ffi_arg(UInt32(bitPattern: status.rawValue)), as: ffi_arg.self)
      }, Unmanaged.passRetained(self).toOpaque(), code)
    guard status == FFI_OK else { throw Failure(.internal, "libffi cannot make a function (\(status.rawValue))") }
  }

  private typealias Arguments = UnsafeMutablePointer<UnsafeMutableRawPointer?>

  private func run(_ arguments: Arguments) -> Status {
    let context =
      arguments[1].flatMap { Context.behind($0.load(as: UnsafeMutablePointer<orch_ctx>?.self)) } ?? importer.context
    let place = signature.result == .nothing ? nil : arguments[2 + signature.parameters.count]
    let result = place?.load(as: UnsafeMutableRawPointer?.self)
    do throws(Failure) {
      switch mode {
      case .stub(let failure): throw failure
      case .adapter(let method): try adapt(method, arguments, context, result)
      case .inline(let method):
        try store(try answerNow(method.fullName, json(arguments, of: method), context), of: method, at: result)
      case .posted(let method):
        try store(try answerFromLoop(method.fullName, json(arguments, of: method), context), of: method, at: result)
      }
      return .ok
    } catch {
      context.fail(error)
      return error.status
    }
  }

  private func store(
    _ answer: Answer, of method: MethodDeclaration, at result: UnsafeMutableRawPointer?
  ) throws(Failure) {
    try NativeResult.store(answer.bytes, type: signature.result, at: result, method: method.fullName)
    withExtendedLifetime(answer) {}
  }

  /// Calls the native function with the defaults of the parameters that the caller does not know.
  private func adapt(
    _ method: RegisteredMethod, _ arguments: Arguments, _ context: Context, _ result: UnsafeMutableRawPointer?
  ) throws(Failure) {
    let parameters = method.declaration.parameters
    var texts: [Text] = []
    var words = chost_thrown()
    let status = withUnsafeTemporaryAllocation(
      of: NativeInvoker.Value.self, capacity: parameters.count
    ) { values -> Status? in
      for (index, parameter) in parameters.enumerated() {
        guard let place = values.baseAddress.map({ $0 + index }) else { continue }
        if index < signature.parameters.count, let argument = arguments[2 + index] {
          memcpy(place, argument, parameter.type.size)
        } else {
          NativeInvoker.storeDefault(of: parameter, keeping: &texts, at: place)
        }
      }
      return method.invoker?.invoke(
        values: values.baseAddress, context: context.pointer, self: method.plugin.instance, result: result,
        thrown: &words)
    }
    guard let status else {
      let (provider, text, name) = (LoopBound(method.plugin), words.string, method.declaration.fullName)
      importer.host.loop.post { _ = provider.value.threw(text, in: name) }
      throw Failure(.internal, "\(name) failed inside plugin \"\(method.plugin.id)\"")
    }
    guard status == .ok else {
      throw context.failure(status: status, fallback: "\(method.declaration.fullName) failed with \(status.name)")
    }
  }

  /// The typed arguments as the JSON object that the method declares.
  private func json(_ arguments: Arguments, of method: MethodDeclaration) throws(Failure) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (index, type) in signature.parameters.enumerated() {
      guard let argument = arguments[2 + index] else { continue }
      let name = method.parameters[index].name.string
      writer.key(name)
      switch type {
      case .bool: writer.bool(argument.load(as: UInt8.self) != 0)
      case .int: writer.int(argument.load(as: Int64.self))
      case .double:
        do { try writer.double(argument.load(as: Double.self)) } catch {
          throw Failure(.outOfRange, "argument \"\(name)\" of \(method.fullName) is no finite number")
        }
      case .string:
        let bytes = argument.load(as: orch_str.self).bytes
        guard bytes.isUTF8 else {
          throw Failure(.invalidArgument, "argument \"\(name)\" of \(method.fullName) is not UTF-8")
        }
        writer.string(utf8: bytes)
      case .bytes: writer.string(Base64.encode(argument.load(as: orch_str.self).bytes))
      case .json: writer.raw(argument.load(as: orch_str.self).bytes)
      case .nothing: writer.null()
      }
    }
    writer.endObject()
    return writer.array
  }

  /// Calls a handler on the loop, which has to answer before it returns.
  private func answerNow(_ name: String, _ arguments: [UInt8], _ context: Context) throws(Failure) -> Answer {
    let answer = Answer()
    var id: UInt64 = 0
    importer.host.dispatcher.call(
      name, arguments,
      Dispatcher.Request(
        context: context, caller: importer.name, allowsInline: true, sink: .host { answer.take($0) }), idOut: &id)
    if answer.isEmpty { _ = importer.host.dispatcher.cancel(id) }
    if let failure = answer.failure { throw failure }
    return answer
  }

  /// Calls a method on the loop from a worker, and waits.
  private func answerFromLoop(_ name: String, _ arguments: [UInt8], _ context: Context) throws(Failure) -> Answer {
    let answer = Answer()
    let request = LoopBound((importer, context, answer))
    importer.host.loop.post {
      let (importer, context, answer) = request.value
      importer.host.dispatcher.call(
        name, arguments,
        Dispatcher.Request(
          context: context, caller: importer.name, allowsInline: true,
          sink: .host { reply in
            answer.take(reply)
            answer.signal()
          }))
    }
    // The dispatcher answers every call by its deadline, so that this wait ends.
    answer.wait()
    if let failure = answer.failure { throw failure }
    return answer
  }
}

/// The answer of a call, kept for whoever waits for it.
private final class Answer {
  private var buffer = orch_buf.empty
  private(set) var failure: Failure?
  private(set) var isEmpty = true
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    buffer.drop()
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func take(_ reply: Reply) {
    isEmpty = false
    switch reply {
    case .chunk: break
    case .end(let body): buffer = .copying(body.pointee.bytes)
    case .error(let failure, _): self.failure = failure
    }
  }

  func signal() { sem_post(semaphore) }
  func wait() { while sem_wait(semaphore) != 0 {} }

  /// Valid as long as this object.
  var bytes: UnsafeRawBufferPointer { buffer.bytes }
}

extension ValueType {
  /// The size of the C type.
  fileprivate var size: Int {
    switch self {
    case .bool: 1
    case .int, .double: 8
    case .string, .bytes, .json: MemoryLayout<orch_str>.size
    case .nothing: 0
    }
  }
}
