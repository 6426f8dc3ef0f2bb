import CPluginSDK

/// Builds the descriptor of a plugin. It is made once and stays for the life of the process, as the ABI asks: all its
/// memory is given up on purpose.
@Loop
enum Descriptor {
  static func make<P: Plugin>(for type: P.Type) -> UnsafePointer<orch_plugin> {
    var descriptor = orch_plugin()
    descriptor.size = UInt32(MemoryLayout<orch_plugin>.size)
    descriptor.magic = UInt32(ORCH_MAGIC)
    descriptor.abi_major = UInt16(ORCH_ABI_MAJOR)
    descriptor.abi_minor = UInt16(ORCH_ABI_MINOR)
    descriptor.id = text(type.id)
    descriptor.version = text(type.version)
    let services = type.services.map { constant(service($0)) }
    descriptor.services = list(services)
    descriptor.n_services = services.count
    let topics = type.topics.map { constant(topic($0)) }
    descriptor.topics = list(topics)
    descriptor.n_topics = topics.count
    descriptor.create = Life.create
    descriptor.start = Life.start
    descriptor.health = Life.health
    descriptor.drain = Life.drain
    descriptor.stop = Life.stop
    descriptor.save = Life.save
    descriptor.destroy = Life.destroy
    descriptor.extension = Life.extension
    return constant(descriptor)
  }

  /// A service as the C headers spell it, valid for ever.
  static func service<P>(_ service: Service<P>) -> orch_service {
    var out = orch_service()
    out.size = UInt32(MemoryLayout<orch_service>.size)
    out.name = text(service.name)
    out.version = text(service.version)
    out.doc = text(service.doc)
    let methods = service.methods.map { constant(method($0)) }
    out.methods = list(methods)
    out.n_methods = methods.count
    return out
  }

  private static func method<P>(_ method: Method<P>) -> orch_method {
    var out = orch_method()
    out.size = UInt32(MemoryLayout<orch_method>.size)
    out.flags = method.traits.rawValue
    out.name = text(method.name)
    out.doc = text(method.doc)
    out.route = text(method.route)
    out.permission = text(method.permission)
    out.examples = text(method.examples)
    let parameters = method.parameters.map { constant(parameter($0)) }
    out.params = list(parameters)
    out.n_params = parameters.count
    out.result = CChar(bitPattern: method.result.type)
    out.result_schema = text(method.result.schema)
    switch method.code {
    case .handler(let handler):
      out.flags |= UInt32(ORCH_METHOD_HANDLER)
      out.fn = unsafeBitCast(Life.handle, to: NativeFunction.self)
      out.user = Unmanaged.passRetained(handler).toOpaque()
    case .native(let function):
      out.fn = function
    }
    return out
  }

  private static func parameter(_ parameter: Parameter) -> orch_param {
    var out = orch_param()
    out.size = UInt32(MemoryLayout<orch_param>.size)
    out.type = CChar(bitPattern: parameter.type)
    out.name = text(parameter.name)
    out.doc = text(parameter.doc)
    out.default_json = text(parameter.defaultJSON)
    out.schema = text(parameter.schema)
    return out
  }

  private static func topic(_ topic: Topic) -> orch_topic {
    var out = orch_topic()
    out.size = UInt32(MemoryLayout<orch_topic>.size)
    out.name = text(topic.name)
    out.doc = text(topic.doc)
    out.schema = text(topic.schema)
    out.example = text(topic.example)
    return out
  }

  static func constant<Value>(_ value: Value) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    pointer.initialize(to: value)
    return UnsafePointer(pointer)
  }

  private static func list<Value>(_ values: [UnsafePointer<Value>]) -> UnsafePointer<UnsafePointer<Value>?>? {
    if values.isEmpty { return nil }
    let list = UnsafeMutablePointer<UnsafePointer<Value>?>.allocate(capacity: values.count)
    for (place, value) in values.enumerated() { (list + place).initialize(to: value) }
    return UnsafePointer(list)
  }

  private static func text(_ text: String?) -> UnsafePointer<CChar>? {
    guard let text else { return nil }
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
    for (place, byte) in text.utf8.enumerated() { (copy + place).initialize(to: CChar(bitPattern: byte)) }
    (copy + text.utf8.count).initialize(to: 0)
    return UnsafePointer(copy)
  }
}
