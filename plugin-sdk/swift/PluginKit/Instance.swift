import CPluginSDK

/// What the `self` pointer of the C functions leads to: one instance of a plugin and its host.
///
/// Made, used and freed on the loop; ``Plugin/from(_:)`` reads its constants on any thread.
@usableFromInline
final class Instance: Sendable {
  let host: Host
  @usableFromInline let plugin: any Plugin

  init(_ plugin: any Plugin, _ host: Host) {
    self.plugin = plugin
    self.host = host
  }

  /// The plugin, of which the caller knows the type: handlers are called with instances of the type that declared them.
  @inlinable
  func plugin<P: Plugin>(as type: P.Type) -> P {
    unsafeDowncast(plugin, to: type)
  }

  static func from(_ pointer: UnsafeMutableRawPointer?) -> Instance? {
    guard let pointer else { return nil }
    return Unmanaged<Instance>.fromOpaque(pointer).takeUnretainedValue()
  }
}

/// The plugin types of this image, and the descriptors that were built for them.
@Loop
enum Registry {
  private static var types: [UnsafeMutablePointer<orch_host>: any Plugin.Type] = [:]
  private static var descriptors: [ObjectIdentifier: UnsafePointer<orch_plugin>] = [:]

  static func descriptor<P: Plugin>(
    of type: P.Type, _ host: UnsafeMutablePointer<orch_host>?
  ) -> UnsafePointer<orch_plugin> {
    if let host {
      types[host] = type
      LoopExecutor.shared.attach(to: host)
    }
    if let descriptor = descriptors[ObjectIdentifier(type)] { return descriptor }
    let descriptor = Descriptor.make(for: type)
    descriptors[ObjectIdentifier(type)] = descriptor
    return descriptor
  }

  static func type(for host: UnsafeMutablePointer<orch_host>) -> (any Plugin.Type)? {
    types[host]
  }
}

/// The functions of the descriptor: the barrier between the host and the plugin's code. The host calls them on the loop.
@Loop
enum Life {
  static let create:
    @convention(c) (
      UnsafeMutablePointer<orch_host>?, UnsafeMutablePointer<orch_ctx>?, orch_str, orch_str,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> orch_status = { host, context, config, state, out in
      report(to: context) {
        guard let host, let out else { throw Failure(.invalidArgument, "create was called without a host") }
        guard let type = Registry.type(for: host) else {
          throw Failure(.failedPrecondition, "create was called before the entry function, or with another host")
        }
        let instanceHost = Host(host, previousState: Array(bytes(of: state)))
        let config = config.n == 0 ? try instanceHost.parse("{}") : try instanceHost.parse(bytes(of: config))
        let plugin = try type.init(host: instanceHost, config: config)
        out.pointee = Unmanaged.passRetained(Instance(plugin, instanceHost)).toOpaque()
      }
    }

  static let start: @convention(c) (UnsafeMutableRawPointer?, UInt64) -> Void = { pointer, token in
    run(pointer, token) { plugin in try await plugin.start() }
  }

  static let health: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_ctx>?) -> orch_status = {
    pointer, context in
    guard let instance = Instance.from(pointer) else { return Status.internal.rawValue }
    return report(to: context) { try instance.plugin.health() }
  }

  static let drain: @convention(c) (UnsafeMutableRawPointer?, UInt64, Int64) -> Void = { pointer, token, deadline in
    run(pointer, token) { plugin in try await plugin.drain(within: deadline) }
  }

  static let stop: @convention(c) (UnsafeMutableRawPointer?, UInt64) -> Void = { pointer, token in
    run(pointer, token) { plugin in try await plugin.stop() }
  }

  static let save:
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_ctx>?, UnsafeMutablePointer<orch_buf>?
    ) -> orch_status = { pointer, context, out in
      guard let instance = Instance.from(pointer), let out else { return Status.internal.rawValue }
      return report(to: context) { out.pointee = give(try instance.plugin.save()) }
    }

  static let destroy = releaseObject

  static let `extension`: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> UnsafeRawPointer? = {
    pointer, id in
    guard let instance = Instance.from(pointer), let id else { return nil }
    let name = String(cString: id)
    if let table = instance.plugin.extensionTable(name) { return table }
    return name == ORCH_EXT_RECONFIGURE && instance.plugin is any Reconfigurable
      ? UnsafeRawPointer(reconfigureTable) : nil
  }

  /// The function of every handler method; its `user` pointer leads to the ``Handler``.
  static let handle: orch_handler = { pointer, call in
    guard let pointer, let call, let user = call.pointee.v.pointee.user?(call) else { return }
    Unmanaged<Instance>.fromOpaque(pointer)._withUnsafeGuaranteedRef { instance in
      Unmanaged<Handler>.fromOpaque(user)._withUnsafeGuaranteedRef { handler in
        do {
          try handler.body(instance, Call(call))
        } catch {
          instance.host.answer(Call(call), error)
        }
      }
    }
  }

  /// Runs a step of the life cycle and completes its token. A step that never waits is complete at once.
  private static func run(
    _ pointer: UnsafeMutableRawPointer?, _ token: UInt64, _ step: @escaping @Loop (any Plugin) async throws -> Void
  ) {
    guard let instance = Instance.from(pointer) else { return }
    Loop.task {
      do {
        try await step(instance.plugin)
        instance.host.done(token, nil)
      } catch {
        instance.host.done(token, instance.host.failure(for: error))
      }
    }
  }

  /// Runs `body` and puts what it throws into the context.
  @Loop
  static func report(
    to context: UnsafeMutablePointer<orch_ctx>?, _ body: () throws -> Void
  ) -> orch_status {
    do {
      try body()
      return Status.ok.rawValue
    } catch {
      let failure = Failure(hiding: error)
      return context.map { Context($0).fail(failure) } ?? failure.status.rawValue
    }
  }
}
