import CPluginSDK
import PluginKit

/// The plugin: one store in the host's storage folder, its service, and the host's durable event log.
final class Storage: Plugin {
  static let id = "storage"
  static let version = "1.1.0"
  static var services: [Service<Storage>] { [service] }

  let host: Host
  private let settings: StoreSettings
  private var opened: Store?
  /// The host's side of the durable log; nil in a host without one.
  private let eventLog: UnsafePointer<orch_event_log>?

  init(host: Host, config: JSONValue) throws {
    self.host = host
    var settings = StoreSettings(config)
    settings.meters = StoreMeters(host)
    settings.tracer = StoreTracer(host)
    self.settings = settings
    eventLog = host.extension(ORCH_EXT_EVENT_LOG, as: orch_event_log.self)
  }

  /// Has what `body` asks of the store belong to the trace of a call.
  func tracing(_ call: Call, _ body: () throws -> Void) rethrows {
    opened?.asking = call.context
    defer { opened?.asking = nil }
    try body()
  }

  /// The store, for those who ask before or after it is open.
  func store() throws(StorageError) -> Store {
    guard let opened else { throw StorageError(.unavailable, "storage has not been started; repeat the call later") }
    return opened
  }

  // MARK: Life

  func start() async throws {
    let host = host
    let store = Store(
      file: host.info.storageDirectory + "/orchestron.db", settings: settings,
      report: { what, done, total in host.progress(what, done: done, of: total) },
      wake: { [weak self] in host.post { self?.opened?.drain() } })
    store.onEvents = { [unowned self] in publish($0) }
    opened = store
    do {
      try await open(store)
    } catch {
      try await stop()
      throw error
    }
  }

  private func open(_ store: Store) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      do throws(StorageError) {
        try store.open { continuation.resume(with: $0.mapError(Failure.init)) }
      } catch {
        continuation.resume(throwing: Failure(error))
      }
    }
  }

  func health() throws {
    if let fault = opened?.fault { throw Failure(fault) }
  }

  func drain(within milliseconds: Int64) async throws {
    opened?.giveUpLongWork()
  }

  func stop() async throws {
    guard let opened else { return }
    await withCheckedContinuation { continuation in opened.close { continuation.resume() } }
  }

  // MARK: Events

  /// Hands recorded events to the host, which tells its subscribers.
  private func publish(_ events: [DurableEvent]) {
    guard let recorded = eventLog?.pointee.recorded else { return }
    for event in events {
      event.withEvent { event in
        var pointer: UnsafePointer<orch_event>? = event
        _ = recorded(host.raw, &pointer, 1)
      }
    }
  }

  func extensionTable(_ id: String) -> UnsafeRawPointer? {
    id == ORCH_EXT_EVENT_STORE ? UnsafeRawPointer(EventStoreTable.pointer) : nil
  }
}

extension StoreSettings {
  /// Reads the plugin's configuration, which the host has validated against config.schema.json.
  init(_ config: JSONValue) {
    self.init()
    if let readers = config["readers"].int { self.readers = readers }
    if let milliseconds = config["queryMilliseconds"].int { queryMilliseconds = Int64(milliseconds) }
    if let days = config["eventDays"].int { events.milliseconds = Int64(days) * 24 * 3600 * 1000 }
    if let count = config["eventCount"].int { events.events = Int64(count) }
  }
}

extension Failure {
  /// What a caller is told of a refusal of the store.
  init(_ error: StorageError) {
    let current = error.current.isEmpty ? nil : #"{"current":\#(String(decoding: error.current, as: UTF8.self))}"#
    self.init(error.status, error.message, details: current)
  }
}
