import CHost

/// One method of a registered service, ready to be called.
final class RegisteredMethod {
  let declaration: MethodDeclaration
  /// `service.method`, at a fixed address.
  let name: Text
  /// What every span of a call says.
  private(set) lazy var attributes = Dispatcher.attributes(of: declaration)
  /// Plugins are never freed.
  let plugin: Plugin
  /// Calls the native function; nil for a handler.
  let invoker: NativeInvoker?
  let figures = CallFigures()
  /// Where typed callers on the loop come in directly; made by the first import.
  var target: UnsafeMutablePointer<orch_target>?

  init(_ declaration: MethodDeclaration, plugin: Plugin) throws(Failure) {
    self.declaration = declaration
    self.plugin = plugin
    name = Text(declaration.fullName)
    invoker = declaration.isNative ? try NativeInvoker(declaration) : nil
  }

  func countCall() { plugin.accounts.callsIn += 1 }

  /// A call has ended, so many nanoseconds after it came.
  func didEnd(_ status: Status, after nanoseconds: UInt64) {
    figures.count(status, nanoseconds)
    if status != .ok { plugin.accounts.failures += 1 }
  }
}

/// One service of one plugin, as it is offered now.
final class RegisteredService {
  let declaration: ServiceDeclaration
  let plugin: Plugin
  let methods: [RegisteredMethod]

  init(_ declaration: ServiceDeclaration, plugin: Plugin) throws(Failure) {
    self.declaration = declaration
    self.plugin = plugin
    var methods: [RegisteredMethod] = []
    for method in declaration.methods { methods.append(try RegisteredMethod(method, plugin: plugin)) }
    self.methods = methods
  }
}

/// The services that can be called now, by name.
final class Registry {
  private var services: [String: RegisteredService] = [:]
  /// By `service.method`, as calls come in.
  private var methods = MethodTable()
  /// By route, without the names of its parameters.
  private var routes: [String: RegisteredMethod] = [:]

  /// All services, by name.
  var all: [RegisteredService] { services.values.sorted { $0.declaration.name < $1.declaration.name } }

  func service(named name: String) -> RegisteredService? { services[name] }

  /// Adds a service; refuses a name or a route that is taken.
  func add(_ service: RegisteredService) throws(Failure) {
    let name = service.declaration.name
    if let other = services[name] {
      throw Failure(
        .alreadyExists,
        "plugins \"\(other.plugin.id)\" and \"\(service.plugin.id)\" both provide the service \"\(name)\"; "
          + "choose one with the configuration key \"\(Resolver.choiceKey(for: name))\"")
    }
    var routes = self.routes
    for method in service.methods {
      guard let route = method.declaration.routeShape else { continue }
      if let other = routes.updateValue(method, forKey: route) { throw Registry.clash(of: other, and: method) }
    }
    self.routes = routes
    services[name] = service
    for method in service.methods { methods.add(method) }
  }

  private static func clash(of one: RegisteredMethod, and other: RegisteredMethod) -> Failure {
    func owner(_ method: RegisteredMethod) -> String {
      "\"\(method.declaration.fullName)\" of plugin \"\(method.plugin.id)\""
    }
    return Failure(
      .alreadyExists,
      "the route \"\(other.declaration.route ?? "")\" is declared by \(owner(one)) and by \(owner(other)); "
        + "change one of them, or leave one plugin out")
  }

  /// Takes a service away; nil when that plugin does not offer it.
  func remove(_ name: String, of plugin: Plugin) -> RegisteredService? {
    guard let service = services[name], service.plugin === plugin else { return nil }
    services[name] = nil
    methods.remove { $0.declaration.service == name }
    for method in service.methods {
      if let route = method.declaration.routeShape { routes[route] = nil }
    }
    return service
  }

  /// Whether a declared method has the route.
  func hasRoute(_ route: String) -> Bool { routes[MethodDeclaration.shape(ofRoute: route)] != nil }

  /// The method with that full name.
  ///
  /// - Parameter isPublicOnly: Whether internal methods count as unknown.
  func method(named name: UnsafeRawBufferPointer, isPublicOnly: Bool) throws(Failure) -> RegisteredMethod {
    if let method = methods.method(named: name), method.declaration.isPublic || !isPublicOnly { return method }
    throw unknown(String(decoding: name, as: UTF8.self), isPublicOnly: isPublicOnly)
  }

  /// As ``method(named:isPublicOnly:)-(UnsafeRawBufferPointer,_)``.
  func method(named name: String, isPublicOnly: Bool = false) throws(Failure) -> RegisteredMethod {
    let text = Text(name)
    return try withExtendedLifetime(text) { () throws(Failure) in
      try method(named: text.str.bytes, isPublicOnly: isPublicOnly)
    }
  }

  /// Names the nearest known method, or the nearest service when not even that is known.
  private func unknown(_ name: String, isPublicOnly: Bool) -> Failure {
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let known = services.mapValues { service in
      service.methods.filter { $0.declaration.isPublic || !isPublicOnly }.map(\.declaration.name)
    }.filter { !$0.value.isEmpty || !isPublicOnly }
    guard let names = known[String(parts[0])] else {
      let hint = nearest(String(parts[0]), in: known.keys.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
      return Failure(.notFound, "there is no service \(String(parts[0]).quoted)\(hint)")
    }
    let method = parts.count > 1 ? String(parts[1]) : ""
    let hint = nearest(method, in: names).map { "; did you mean \"\(parts[0]).\($0)\"?" } ?? ""
    return Failure(.notFound, "service \"\(parts[0])\" has no method \(method.quoted)\(hint)")
  }
}
