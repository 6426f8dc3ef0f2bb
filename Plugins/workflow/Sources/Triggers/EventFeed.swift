import PluginKit

/// Reads the durable event log from where the last process ended.
@Loop
final class EventFeed {
  /// A place in the log.
  struct Position: Sendable, Equatable {
    var seq: UInt64
    /// The id of the log.
    var log: String
  }

  private let host: Host
  private let store: Store
  private let catalogue: Catalogue
  private let projects: ProjectCache
  private let launcher: Launcher
  /// How far the log has been read, and how far storage knows that.
  private var position = Position(seq: 0, log: "")
  private var stored: Position?
  private var subscription: Subscription?
  private var timer: Timer?
  /// Why the log cannot be read any more.
  private(set) var fault: Failure?
  /// Is told when a project has changed.
  var onProjectChange: @Loop () -> Void = {}

  init(host: Host, store: Store, catalogue: Catalogue, projects: ProjectCache, launcher: Launcher) {
    self.host = host
    self.store = store
    self.catalogue = catalogue
    self.projects = projects
    self.launcher = launcher
  }

  func start() async throws(Failure) {
    if let fields = try await store.get(Position.id, in: .progress) {
      stored = Position(fields)
      position = stored ?? position
    }
    try subscribe(from: stored)
    if stored == nil { await storePosition() }
    timer = try host.every(milliseconds: 10_000) { [self] in
      Loop.task { await self.storePosition() }
    }
  }

  /// Reads no further.
  func stop() {
    subscription?.cancel()
    timer?.stop()
  }

  private func subscribe(from place: Position?) throws(Failure) {
    let subscription = try host.subscribe(["*"], since: place?.seq, log: place?.log ?? "") { [self] in handle($0) }
    self.subscription = subscription
    if place == nil { position = Position(seq: subscription.seq, log: subscription.log) }
  }

  private func handle(_ event: Event) {
    switch event.kind {
    case .event where event.seq > position.seq: take(event)
    case .event: break
    case .resync:
      host.log(.warn, "the event log was compacted or replaced: events after \(position.seq) start no workflow")
      position = Position(seq: event.seq, log: event.log)
    case .lost:
      // They are still in the log.
      subscription?.cancel()
      do throws(Failure) {
        try subscribe(from: position)
      } catch {
        fault = error
      }
    }
  }

  private func take(_ event: Event) {
    position.seq = event.seq
    let topic = event.topic
    let isProject = topic.hasPrefix("project:")
    // What tells that a workflow was stopped must not start it again.
    guard isProject || catalogue.wants(topic), topic != "workflow:stopped" else { return }
    guard let data = try? host.parse(event.data) else { return }
    let occurrence = Occurrence(
      topic: topic, seq: event.seq, time: Instant(milliseconds: event.time), source: event.source, actor: event.actor,
      data: Fields(data))
    if isProject, projects.update(from: occurrence) { onProjectChange() }
    launcher.consider(occurrence, at: position)
  }

  /// Writes down how far the log has been read, when nothing that began on the way is still to be written.
  func storePosition() async {
    guard launcher.isIdle, position != stored else { return }
    let position = position
    var batch = Store.Batch()
    batch.put(position)
    // The place is a help only: what is read again has begun nothing.
    if (try? await store.write(batch)) != nil { stored = position }
  }
}

extension EventFeed.Position {
  fileprivate static let id = "feed"

  fileprivate init(_ fields: Fields) {
    seq = UInt64(clamping: fields["seq"]?.int ?? 0)
    log = fields["log"]?.string ?? ""
  }

  fileprivate var fields: Fields { ["seq": .int(Int64(clamping: seq)), "log": .string(log)] }
}

extension Store.Batch {
  mutating func put(_ position: EventFeed.Position) {
    put(position.fields, EventFeed.Position.id, in: .progress)
  }
}
