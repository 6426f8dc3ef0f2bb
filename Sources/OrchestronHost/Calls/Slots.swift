import CHost

/// The slots that plugins have imported, and where they lead.
///
/// A slot is never freed and always leads somewhere: to the method, or to a stub that says why it is not there.
final class Slots {
  unowned let host: Host
  private var slots: [Slot] = []

  init(host: Host) { self.host = host }

  /// From which thread a slot is used.
  enum Origin: UInt32 {
    case loop = 1
    case worker = 2
  }

  /// One imported slot.
  private struct Slot {
    let pointer: UnsafeMutablePointer<orch_slot>
    let importer: Plugin
    let origin: Origin
    let service: String
    let method: String
    let signature: String
  }

  /// Gives a plugin the slot of a typed method.
  func importSlot(
    _ name: String, signature: String, from origin: Origin, by importer: Plugin
  ) throws(Failure) -> UnsafeMutablePointer<orch_slot> {
    host.loop.assertOnLoop()
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      throw Failure(.invalidArgument, "\(name.quoted) is not of the form \"service.method\"")
    }
    guard importer.manifest.requires[parts[0]] != nil || importer.manifest.optional[parts[0]] != nil else {
      throw Failure(
        .permissionDenied,
        "plugin \"\(importer.id)\" imports \"\(name)\" but names the service \"\(parts[0])\" neither in \"requires\" nor "
          + "in \"optional\" of its plugin.json")
    }
    if host.registry.service(named: parts[0]) != nil, importer.manifest.requires[parts[0]] == nil,
      host.lifecycle.resolution?.provider(of: parts[0], for: importer.id) == nil
    {
      let note = host.lifecycle.resolution?.notes.first { $0.isAbout(parts[0], of: importer.id) }
      let because =
        note?.description ?? "the service was not there when the plugins were ordered; name it in \"requires\""
      throw Failure(.failedPrecondition, "plugin \"\(importer.id)\" cannot import \"\(name)\": \(because)")
    }
    let known = slots.first {
      $0.importer === importer && $0.origin == origin && $0.service == parts[0] && $0.method == parts[1]
        && $0.signature == signature
    }
    if let known { return known.pointer }
    let pointer = UnsafeMutablePointer<orch_slot>.allocate(capacity: 1)
    let target: UnsafeMutablePointer<orch_target>
    do throws(Failure) {
      target = try self.target(parts[0], parts[1], signature, origin, importer)
    } catch {
      pointer.deallocate()
      throw error
    }
    pointer.initialize(
      to: orch_slot(
        size: UInt32(MemoryLayout<orch_slot>.size), reserved: 0, target: target, ctx: importer.context.pointer))
    slots.append(
      Slot(
        pointer: pointer, importer: importer, origin: origin, service: parts[0], method: parts[1],
        signature: signature))
    return pointer
  }

  /// Points every slot of a service at what it leads to now: the methods of its provider, or a stub.
  func repoint(service: String) {
    for slot in slots where slot.service == service {
      do throws(Failure) {
        chost_point(
          slot.pointer, try target(slot.service, slot.method, slot.signature, slot.origin, slot.importer))
      } catch {
        chost_point(slot.pointer, stub(error, signature: slot.signature, for: slot.importer))
      }
    }
  }

  private func stub(
    _ failure: Failure, signature: String, for importer: Plugin
  ) -> UnsafeMutablePointer<orch_target> {
    // The signature was read when the slot was made.
    guard let types = Signature(signature), let closure = try? TypedClosure(types, importer: importer, .stub(failure))
    else { fatalError("the slot \(signature) was imported with a signature that cannot be read") }
    return Target.make(function: closure.function, instance: nil)
  }

  /// Chooses how a typed caller reaches a method.
  private func target(
    _ service: String, _ name: String, _ signature: String, _ origin: Origin, _ importer: Plugin
  ) throws(Failure) -> UnsafeMutablePointer<orch_target> {
    guard let types = Signature(signature) else {
      throw Failure(.invalidArgument, "\(signature.quoted) is not a signature such as \"d(dd)\"")
    }
    let fullName = "\(service).\(name)"
    guard let registered = host.registry.service(named: service) else {
      throw Failure(.unavailable, "\(fullName) is not available: nobody provides the service \"\(service)\"")
    }
    let method = try host.registry.method(named: fullName)
    guard registered.plugin !== importer else {
      throw Failure(.failedPrecondition, "plugin \"\(importer.id)\" imports its own method \"\(fullName)\"")
    }
    let declaration = method.declaration
    let isWhole = try types.fits(declaration)
    let flags = declaration.flags
    guard !flags.contains(.stream) else {
      throw Failure(.failedPrecondition, "\(fullName) is a stream and has no typed form; use call")
    }
    switch (origin, declaration.isNative) {
    case (.loop, true) where flags.contains(.worker):
      throw Failure(.failedPrecondition, "\(fullName) runs on a worker and cannot be waited for on the loop; use call")
    case (.loop, false) where !flags.contains(.answersNow):
      throw Failure(.failedPrecondition, "\(fullName) may answer later and cannot be waited for on the loop; use call")
    case (.loop, true),
      (.worker, true) where !flags.isDisjoint(with: [.worker, .anyThread]):
      if isWhole { return Target.direct(method) }
      return try closure(types, importer, .adapter(method))
    case (.loop, false): return try closure(types, importer, .inline(declaration))
    case (.worker, _): return try closure(types, importer, .posted(declaration))
    }
  }

  private func closure(
    _ types: Signature, _ importer: Plugin, _ mode: TypedClosure.Mode
  ) throws(Failure) -> UnsafeMutablePointer<orch_target> {
    Target.make(function: try TypedClosure(types, importer: importer, mode).function, instance: nil)
  }
}

/// The types of a typed call in one word: `d(dddd)`.
struct Signature {
  let parameters: [ValueType]
  let result: ValueType

  init?(_ text: String) {
    guard let open = text.firstIndex(of: "("), text.hasSuffix(")"), text.distance(from: text.startIndex, to: open) == 1
    else { return nil }
    func type(_ character: Character) -> ValueType? { character.asciiValue.flatMap(ValueType.init) }
    let inner = text[text.index(after: open)...].dropLast()
    let parameters = inner.compactMap(type)
    guard let result = type(text[text.startIndex]), parameters.count == inner.count, !parameters.contains(.nothing)
    else { return nil }
    self.parameters = parameters
    self.result = result
  }

  /// Whether the signature is the method's (true), or a prefix whose further parameters have defaults (false).
  func fits(_ method: MethodDeclaration) throws(Failure) -> Bool {
    let types = method.parameters.map(\.type)
    let rest = method.parameters.dropFirst(parameters.count)
    guard result == method.result, Array(types.prefix(parameters.count)) == parameters,
      rest.allSatisfy({ $0.fallback != nil })
    else {
      throw Failure(
        .invalidArgument,
        "\(method.fullName) has the signature \(method.signature.quoted), which was imported as "
          + "\"\(result.letter)(\(String(parameters.map(\.letter))))\"")
    }
    return rest.isEmpty
  }
}

/// Makes what slots lead to.
enum Target {
  /// A target and the nanoseconds of its calls that were sampled. Never freed.
  private struct Box {
    var target: orch_target
    var nanoseconds: UInt64
  }

  static func make(
    function: @escaping @convention(c) () -> Void, instance: UnsafeMutableRawPointer?
  ) -> UnsafeMutablePointer<orch_target> {
    let box = UnsafeMutablePointer<Box>.allocate(capacity: 1)
    box.initialize(
      to: Box(
        target: orch_target(
          size: UInt32(MemoryLayout<orch_target>.size), reserved: 0, fn: function, self: instance, counter: 0,
          clock: { Clock.nanoseconds() },
          sample: { target, nanoseconds in
            guard let target else { return }
            let box = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Box.self)
            _ = chost_add(&box.pointee.nanoseconds, nanoseconds)
          }),
        nanoseconds: 0))
    return UnsafeMutableRawPointer(box).assumingMemoryBound(to: orch_target.self)
  }

  /// The target that leads straight to a native function, one for all its callers.
  static func direct(_ method: RegisteredMethod) -> UnsafeMutablePointer<orch_target> {
    if let target = method.target { return target }
    let target = make(function: method.declaration.function, instance: method.plugin.instance)
    method.target = target
    return target
  }

  /// What the calls through a target have used: how many there were, and the nanoseconds of those that were sampled.
  static func accounts(_ target: UnsafeMutablePointer<orch_target>) -> (calls: UInt64, sampled: UInt64) {
    let box = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Box.self)
    return (chost_load(&box.pointee.target.counter) >> 20, chost_load(&box.pointee.nanoseconds))
  }
}
