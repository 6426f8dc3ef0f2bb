import CHost

/// The configuration of a running host, and the way to change it: all or nothing, one change at a time. [loop-thread]
final class RunningConfiguration {
  private unowned let host: Host
  /// What the host runs with; nil for one that was not set up by a configuration.
  private(set) var current: Configuration?
  private var isChanging = false
  /// Changes that wait for the one under way.
  private var waiting: [() -> Void] = []

  init(_ host: Host) {
    self.host = host
    current = host.options.configuration
  }

  /// As `orchestron config show` has it; an empty object for a host that was not set up by a configuration.
  var shown: JSON { current?.shown(for: manifests) ?? [:] }

  private var manifests: [Manifest] { host.lifecycle.plugins.map(\.manifest) }

  /// Changes the configuration: checks the patch, tells the plugins, writes the file; then `done` gets what
  /// `host.configure` answers. When anything fails, all is as it was.
  func change(_ patch: ConfigurationPatch, by actor: String, _ done: @escaping (Result<JSON, Failure>) -> Void) {
    waiting.append { [self] in
      perform(patch, by: actor) { [self] outcome in
        done(outcome)
        host.defer { [self] in
          isChanging = false
          next()
        }
      }
    }
    if !isChanging { next() }
  }

  private func next() {
    guard !waiting.isEmpty else { return }
    isChanging = true
    waiting.removeFirst()()
  }

  private func perform(
    _ patch: ConfigurationPatch, by actor: String, _ done: @escaping (Result<JSON, Failure>) -> Void
  ) {
    let change: ConfigurationChange
    let told: [(Reconfiguration, ConfigurationChange.Section)]
    do throws(Failure) {
      change = try check(patch)
      guard change.isNews else { return done(.success(answer)) }
      told = try tell(change.sections, by: actor)
    } catch {
      return done(.failure(error))
    }
    write(change.configuration) { [self] failure in
      if let failure {
        takeBack(told, by: actor)
        return done(.failure(failure))
      }
      adopt(change, by: actor)
      done(.success(answer))
    }
  }

  /// What `host.configure` answers: the new state, and where it is kept.
  private var answer: JSON {
    var object = shown.object ?? [:]
    object["file"] = current?.file.map { .string($0) } ?? .null
    if current?.file == nil {
      object["note"] = "There is no configuration file: the change holds until the host ends."
    }
    return .object(object)
  }

  private func check(_ patch: ConfigurationPatch) throws(Failure) -> ConfigurationChange {
    guard let current else {
      throw Failure(.failedPrecondition, "this host was not set up by a configuration, so that there is none to change")
    }
    guard !host.lifecycle.isStopping else { throw Failure(.unavailable, "the host stops") }
    return try ConfigurationChange(patch, of: current, base: try base(of: current), manifests: manifests)
  }

  /// What the file says now.
  private func base(of current: Configuration) throws(Failure) -> JSON {
    guard let file = current.file else { return current.base }
    do throws(Failure) { return try ConfigurationFile.read(file) } catch {
      throw Failure(.failedPrecondition, "\(error.message); nothing has changed")
    }
  }

  private func write(_ configuration: Configuration, _ done: @escaping (Failure?) -> Void) {
    guard let file = configuration.file else { return done(nil) }
    let content = configuration.base
    var outcome: Failure?
    let job = host.workers.submit {
      do throws(Failure) { try ConfigurationFile.write(content, to: file) } catch { outcome = error }
    } done: {
      done(outcome)
    } cancelled: {
      done(Failure(.cancelled, "the host stops; nothing has changed"))
    }
    if job == nil {
      done(Failure(.resourceExhausted, "too much work waits to write \(file); nothing has changed, try again"))
    }
  }

  private func adopt(_ change: ConfigurationChange, by actor: String) {
    let old = current?.logLevel
    let new = change.configuration.logLevel
    current = change.configuration
    guard !change.keys.isEmpty else { return }
    let level = old == new ? host.log.level : new
    // The line is for those who read the old level, and for those who read the new one.
    host.log.level = min(host.log.level, level)
    host.log.info("\(actor) changed the configuration: \(change.keys.joined(separator: ", "))")
    host.log.level = level
    host.bus.publish("config:changed", ["keys": .array(change.keys.map { .string($0) })], by: actor)
  }
}

// MARK: - The plugins

extension RunningConfiguration {
  /// Tells each plugin its new section. When one refuses, those before get their old ones again.
  private func tell(
    _ sections: [ConfigurationChange.Section], by actor: String
  ) throws(Failure) -> [(Reconfiguration, ConfigurationChange.Section)] {
    var ready: [(Reconfiguration, ConfigurationChange.Section)] = []
    for section in sections {
      ready.append((try Reconfiguration(of: section.plugin, in: host, file: current?.file), section))
    }
    var told: [(Reconfiguration, ConfigurationChange.Section)] = []
    for (plugin, section) in ready {
      do throws(Failure) { try plugin.run(section.new, by: actor) } catch {
        takeBack(told, by: actor)
        throw error
      }
      told.append((plugin, section))
    }
    return told
  }

  private func takeBack(_ told: [(Reconfiguration, ConfigurationChange.Section)], by actor: String) {
    for (plugin, section) in told.reversed() {
      do throws(Failure) { try plugin.run(section.old, by: actor) } catch {
        host.log.error("a change was taken back, but \(error.message)", plugin: section.plugin)
      }
    }
  }
}

/// A plugin that takes another configuration while it runs: `orchestron.reconfigure/1`.
private struct Reconfiguration {
  private let plugin: Plugin
  private let table: UnsafePointer<orch_reconfigure>

  /// - Throws: A plugin that does not run, or that takes its configuration at its start alone.
  init(of id: PluginID, in host: Host, file: String?) throws(Failure) {
    let fix = "change it in \(file ?? "a configuration file") and restart the host"
    guard let plugin = host.lifecycle.plugin(id), plugin.state == .started || plugin.state == .degraded else {
      let state = host.lifecycle.plugin(id)?.state.rawValue ?? "gone"
      throw Failure(
        .failedPrecondition,
        "plugin \(id.quoted) is \(state), so that its configuration cannot change while the host runs; \(fix)")
    }
    let table = plugin.extensionTable(ORCH_EXT_RECONFIGURE)?.assumingMemoryBound(to: orch_reconfigure.self)
    guard let table, Int(table.pointee.size) >= MemoryLayout<orch_reconfigure>.size, table.pointee.reconfigure != nil
    else {
      throw Failure(
        .failedPrecondition, "plugin \(id.quoted) takes its configuration at its start alone; \(fix)")
    }
    self.plugin = plugin
    self.table = table
  }

  /// Hands the plugin its whole configuration.
  func run(_ section: JSON, by actor: String) throws(Failure) {
    guard plugin.isCreated else { return }
    let context = Context(actor: Text(actor), caller: plugin.host.dispatcher.hostName, deadline: nil, chain: 0)
    let text = Text(section.text)
    var status: orch_status = 0
    let thrown = plugin.enter("reconfigure") {
      chost_reconfigure(table, plugin.instance, context.pointer, text.str, &status, $0)
    }
    if let thrown { throw thrown }
    let code = Status(code: status)
    guard code != .ok else { return }
    let failure = context.failure(status: code, fallback: "it gave no reason (\(code.name))")
    throw Failure(code, "plugin \(plugin.id.quoted) refused the change: \(failure.message)", details: failure.details)
  }
}
