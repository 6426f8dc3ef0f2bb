import Glibc

@testable import OrchestronHost

/// The bundled plugins, as `scripts/stage debug` has staged them.
enum Bundled {
  /// The folder of one plugin.
  static func path(_ id: String) -> String { "\(stage)/plugins/\(id)" }

  private static let stage: String = {
    if let folder = getenv("ORCHESTRON_STAGE") { return String(cString: folder) }
    return "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/.build/stage-debug"
  }()
}

extension TestHost {
  /// A started host with storage and core. The default project has the key ORC, as the examples of core expect.
  ///
  /// - Parameter folder: An existing storage folder; a new one when nil.
  static func withCore(storage folder: String? = nil) throws -> TestHost {
    let host = try TestHost([Bundled.path("storage"), Bundled.path("core")]) { options in
      // The project is called after the folder that contains the storage folder, and 1 has no letters.
      if folder == nil {
        for part in ["1", ".orchestron"] {
          options.storageFolder += "/\(part)"
          mkdir(options.storageFolder, 0o700)
        }
      }
      options.storageFolder = folder ?? options.storageFolder
    }
    if let failure = try host.start() { throw failure }
    return host
  }

  /// The answer of a call that must succeed.
  func answer(_ method: String, _ arguments: JSON = [:], as actor: String = "user:test") throws -> JSON {
    let outcome = try call(method, arguments.text, as: actor)
    if let failure = outcome.failure { throw failure }
    return outcome.answer ?? .null
  }

  /// How often a plugin broke the rules of the ABI.
  func faults(of plugin: String) throws -> Int64? {
    let plugins = try answer("host.plugins")["items"]?.array ?? []
    return plugins.first { $0["id"]?.string == plugin }?["accounts"]?["faults"]?.int
  }

  /// All durable events so far, in their order.
  func recordedEvents() throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    let (id, state) = try host.subscribe(["*"], since: 0, log: nil) { event in
      guard event.pointee.seq > 0 else { return }
      events.append(
        RecordedEvent(
          seq: event.pointee.seq, topic: event.pointee.topic.string, actor: event.pointee.actor.string,
          data: (try? JSON(parsing: event.pointee.data.bytes)) ?? .null))
    }
    turn { (events.last?.seq ?? 0) >= state.seq }
    _ = host.bus.unsubscribe(id)
    return events
  }

  struct RecordedEvent {
    let seq: UInt64
    let topic: String
    let actor: String
    let data: JSON
  }
}
