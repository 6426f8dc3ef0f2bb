import CHost

/// The service `host`: what the host tells of itself, declared and called like any other service.
extension Host {
  func addHostService() throws(Failure) {
    let manifest: Manifest
    do throws(PluginFault) {
      manifest = try Manifest(
        parsing: Array(#"{"id":"host","version":"\#(Host.versionText)"}"#.utf8), folder: options.runtimeFolder)
    } catch {
      throw Failure(.internal, error.description)
    }
    let plugin = Plugin(manifest, number: 0, host: self)
    plugin.state = .started
    plugin.instance = Unmanaged.passUnretained(self).toOpaque()
    hostPlugin = plugin
    guard let version = try? Version(parsing: Host.versionText) else {
      throw Failure(.internal, "the host's version \"\(Host.versionText)\" is no version")
    }
    try register(
      ServiceDeclaration(
        name: "host", version: version, doc: "What the host tells of itself.", methods: try HostService.methods()),
      of: plugin)
  }
}

private enum HostService {
  static func methods() throws(Failure) -> [MethodDeclaration] {
    [
      method("health", "How the host and its plugins are.", route: nil) { $0.health },
      method("services", "The services and methods that can be called.", route: "GET /api/services") {
        $0.services(includingInternal: false)
      },
      method("plugins", "The plugins, their states and what they have used.", route: "GET /api/plugins") {
        $0.pluginList
      },
      method("topics", "The topics that plugins publish.", route: "GET /api/topics") { $0.topicList },
      method(
        "config", "What the host runs with: all settings with their defaults, secrets redacted.",
        route: "GET /api/config", permission: "admin"
      ) { $0.running.shown },
      try ConfigureMethod.declaration(),
    ]
  }

  /// One method without parameters.
  private static func method(
    _ name: String, _ doc: String, route: String?, permission: String? = nil, _ answer: @escaping (Host) -> JSON
  ) -> MethodDeclaration {
    MethodDeclaration(
      service: "host", name: name, doc: doc, flags: [.handler, .answersNow, .read, .idempotent], route: route,
      permission: permission, examples: [["args": [:]]], parameters: [], result: .json, resultSchema: nil,
      resultSchemaSource: nil, function: unsafeBitCast(handler, to: (@convention(c) () -> Void).self),
      user: Unmanaged.passRetained(Answer(answer)).toOpaque())
  }

  private final class Answer {
    let body: (Host) -> JSON
    init(_ body: @escaping (Host) -> JSON) { self.body = body }
  }

  /// An `orch_handler`, in the form in which declarations hold every function.
  private static let handler: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_call>?) -> Void = {
    instance, pointer in
    guard let instance, let call = Call.behind(pointer), let user = call.method?.declaration.user else { return }
    let host = Unmanaged<Host>.fromOpaque(instance).takeUnretainedValue()
    let answer = Unmanaged<Answer>.fromOpaque(user).takeUnretainedValue().body(host)
    _ = host.dispatcher.answer(call, .copying(answer.bytes), isValidated: true)
  }
}

extension Host {
  /// `{"status":"ok"|"degraded","version","uptime","plugins":[…]}`; the uptime in seconds.
  var health: JSON {
    for plugin in lifecycle.plugins { checkHealth(of: plugin) }
    let isOK = lifecycle.plugins.allSatisfy { $0.state == .started } && lifecycle.faults.isEmpty
    return [
      "status": isOK ? "ok" : "degraded",
      "version": .string(Host.versionText),
      "uptime": .int((Clock.milliseconds() - startedAt) / 1000),
      "plugins": .array(
        lifecycle.plugins.map { plugin in
          var entry: JSONObject = [
            "id": .string(plugin.id), "version": .string(plugin.manifest.version.description),
            "state": .string(plugin.state.rawValue), "essential": .bool(plugin.manifest.essential),
          ]
          if let reason = plugin.reason?.message ?? plugin.progressSentence { entry["reason"] = .string(reason) }
          return .object(entry)
        }),
    ]
  }

  /// Asks a running plugin how it is, and keeps its state accordingly.
  private func checkHealth(of plugin: Plugin) {
    guard plugin.state == .started || plugin.state == .degraded, let descriptor = plugin.descriptor,
      descriptor.pointee.health != nil
    else { return }
    var status: orch_status = 0
    let thrown = plugin.enter("health") {
      chost_health(descriptor, plugin.instance, plugin.context.pointer, &status, $0)
    }
    guard thrown == nil else { return }
    let code = Status(code: status)
    if code == .ok, plugin.state == .degraded {
      setState(of: plugin, .started, nil)
    } else if code != .ok {
      let failure = plugin.context.failure(status: code, fallback: "health says \(code.name)")
      if plugin.state == .started || plugin.reason != failure { setState(of: plugin, .degraded, failure) }
    }
  }

  /// `{"items":[…],"next":null}`: the services that the registry offers now.
  func services(includingInternal: Bool) -> JSON {
    let services = registry.all.filter { service in
      includingInternal || service.methods.contains { $0.declaration.isPublic }
    }
    return list(
      services.map { service in
        var object = service.declaration.json(includingInternal: includingInternal).object ?? [:]
        object["plugin"] = .string(service.plugin.id)
        return .object(object)
      })
  }

  var pluginList: JSON {
    list(
      lifecycle.plugins.map { plugin in
        var entry: JSONObject = [
          "id": .string(plugin.id), "name": .string(plugin.manifest.name),
          "version": .string(plugin.manifest.version.description), "state": .string(plugin.state.rawValue),
          "essential": .bool(plugin.manifest.essential), "folder": .string(plugin.manifest.folder),
          "services": .array(plugin.services.map { .string($0.name) }),
        ]
        if let reason = plugin.reason { entry["reason"] = .string(reason.message) }
        let accounts = plugin.accounts
        entry["accounts"] = [
          "callsIn": .int(Int64(accounts.callsIn)), "callsOut": .int(Int64(accounts.callsOut)),
          "failures": .int(Int64(accounts.failures)), "faults": .int(Int64(accounts.faults)),
          "published": .int(Int64(accounts.published)), "delivered": .int(Int64(accounts.delivered)),
          "loopMicroseconds": .int(Int64(accounts.loopTime / 1000)), "longTurns": .int(Int64(accounts.longTurns)),
        ]
        return .object(entry)
      })
  }

  var topicList: JSON {
    list(
      lifecycle.plugins.flatMap { plugin in
        plugin.topics.map { topic in
          var object = topic.json.object ?? [:]
          object["plugin"] = .string(plugin.id)
          return .object(object)
        }
      })
  }

  private func list(_ items: [JSON]) -> JSON { ["items": .array(items), "next": .null] }
}
