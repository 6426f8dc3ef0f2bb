import CPluginSDK

/// One subscription of the host and the clients that share it.
final class TopicGroup {
  /// What clients know the subscription by.
  let id: UInt64
  private let gate: HostGate
  private let wish: SubscriptionWish
  private let principal: Principal
  /// The subscription's number at the host; nil while it waits for its client.
  private var subscription: UInt64?
  private var members: [TopicHub.Membership] = []
  /// Whether further clients may join.
  var isShared = false

  /// Of the newest event that was heard of.
  private(set) var seq: UInt64 = 0
  private(set) var low: UInt64 = 0
  private(set) var log = ""

  /// The last durable event that the client of a replay has; nil for those who asked for no old events.
  private var place: UInt64?
  /// The place up to which a replay that had to wait may have missed ephemeral events; nil when it has not.
  private var blindUntil: UInt64?

  init(id: UInt64, _ gate: HostGate, _ wish: SubscriptionWish, _ principal: Principal) {
    self.id = id
    self.gate = gate
    self.wish = wish
    self.principal = principal
    place = wish.since
  }

  var topics: [String] { wish.topics }

  /// The log and the place in it behind which a client that joins now is told of events.
  var beginning: (log: String, seq: UInt64) { (wish.log ?? log, place ?? seq) }

  // MARK: The host

  func begin() throws(Problem) { try gate.subscribe(self, wish, as: principal) }

  func end() {
    if let subscription { gate.unsubscribe(subscription) }
    subscription = nil
  }

  /// Called by the gate once the host has taken the subscription.
  func didSubscribe(_ answer: orch_subscription) {
    subscription = answer.id
    seq = answer.seq
    low = answer.low
    log = Bytes(answer.log).text
  }

  /// Called by the gate for each event. Members that leave meanwhile are no problem: the array is a copy.
  func receive(_ event: orch_event) {
    guard subscription != nil else { return }
    seq = max(seq, event.seq)
    switch Int(event.kind) {
    case ORCH_EVENT_RESYNC:
      log = Bytes(event.log).text
      if place != nil { place = event.seq }
      tell(.resync(log: log, seq: event.seq))
    case ORCH_EVENT_LOST:
      tell(.lost(event.from...max(event.from, event.seq)))
    default:
      if place != nil, event.seq > 0, members.first?.reader.isCongested == true { return wait() }
      endBlindness(at: event.seq)
      if place != nil, event.seq > 0 { place = event.seq }
      var notices = Encoded(.event(event), self)
      for member in members { member.deliver(notices.notice(in: member.reader.format), seq: event.seq) }
    }
  }

  private func tell(_ notice: Notice) {
    var notices = Encoded(notice, self)
    for member in members { member.reader.receive(notices.notice(in: member.reader.format)) }
  }

  // MARK: A replay at the client's speed

  /// Stops a replay whose client does not keep up: the log keeps the rest.
  private func wait() {
    end()
    blindUntil = .max
  }

  /// Goes on where the replay has stopped.
  func goOn() {
    guard subscription == nil, let place else { return }
    var rest = wish
    rest.since = place
    rest.log = log
    do throws(Problem) { try gate.subscribe(self, rest, as: principal) } catch {
      for member in members { member.reader.eventsDidEnd(error) }
      return
    }
    blindUntil = seq
  }

  /// Tells a client that has caught up that ephemeral events may be missing, which nobody has kept meanwhile.
  private func endBlindness(at seq: UInt64) {
    guard let end = blindUntil, seq == 0 || seq >= end else { return }
    blindUntil = nil
    tell(.lost(0...0))
  }

  // MARK: Members

  func add(_ reader: any EventReader) -> TopicHub.Membership {
    let membership = TopicHub.Membership(reader, self)
    membership.index = members.count
    members.append(membership)
    return membership
  }

  /// Answers whether nobody is left.
  func remove(_ membership: TopicHub.Membership) -> Bool {
    guard membership.index < members.count, members[membership.index] === membership else { return false }
    let last = members.removeLast()
    if last !== membership {
      members[membership.index] = last
      last.index = membership.index
    }
    return members.isEmpty
  }

  /// A notice, encoded once for each format that somebody reads.
  private struct Encoded {
    private let notice: Notice
    private let group: TopicGroup
    private var rpc: SharedBytes?
    private var eventStream: SharedBytes?

    init(_ notice: Notice, _ group: TopicGroup) {
      self.notice = notice
      self.group = group
    }

    mutating func notice(in format: NoticeFormat) -> SharedBytes {
      let known = format == .rpc ? rpc : eventStream
      if let known { return known }
      let bytes = format.encode(notice, of: group.id, log: group.log)
      if format == .rpc { rpc = bytes } else { eventStream = bytes }
      return bytes
    }
  }
}
