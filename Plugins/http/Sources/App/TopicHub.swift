import PluginKit

/// Who is told of events: a WebSocket client, or the client of an event stream.
protocol EventReader: AnyObject {
  /// How notices are written for it.
  var format: NoticeFormat { get }
  /// Whether so much waits for it that nothing should be added.
  var isCongested: Bool { get }
  /// Takes a notice in its format.
  func receive(_ notice: SharedBytes)
  /// No event comes any more: the host refused to go on.
  func eventsDidEnd(_ problem: Problem)
  /// Whether it is a member of a group already.
  func isSubscribed(to group: UInt64) -> Bool
}

/// The subscriptions of all clients.
///
/// Clients that want the same topics from now on share one subscription of the host: its events are encoded once for each
/// format, and the same bytes go to all of them; one that does not keep up loses events and is told. A client that asks for
/// old events has a subscription of its own, which waits for it: no durable event is lost as long as the log keeps it.
final class TopicHub {
  private let gate: HostGate
  private var shared: [[String]: TopicGroup] = [:]
  private var lastID: UInt64 = 0

  init(_ gate: HostGate) { self.gate = gate }

  /// Subscribes a client.
  func join(_ reader: any EventReader, _ wish: SubscriptionWish, as principal: Principal) throws(Problem) -> Membership
  {
    guard principal.mayRead else {
      throw Problem(.permissionDenied, "To subscribe, the right \"read\" of all services is needed.")
    }
    if wish.since == nil, let group = shared[wish.topics], !reader.isSubscribed(to: group.id) {
      return group.add(reader)
    }
    let group = TopicGroup(id: lastID + 1, gate, wish, principal)
    try group.begin()
    lastID += 1
    if wish.since == nil, shared[wish.topics] == nil {
      shared[wish.topics] = group
      group.isShared = true
    }
    return group.add(reader)
  }

  /// Ends a client's subscription.
  func leave(_ membership: Membership) {
    let group = membership.group
    guard group.remove(membership) else { return }
    if group.isShared { shared[group.topics] = nil }
    group.end()
  }

  /// One client in a group.
  final class Membership {
    fileprivate let group: TopicGroup
    let reader: any EventReader
    /// Where the group keeps it.
    var index = 0
    private var lost: ClosedRange<UInt64>?
    private var lostEphemeral = false

    init(_ reader: any EventReader, _ group: TopicGroup) {
      self.reader = reader
      self.group = group
    }

    var id: UInt64 { group.id }

    /// The id of the log, and the place behind which events come: where the client was, or now.
    var place: (log: String, seq: UInt64) { group.beginning }

    /// Appends the members `log`, `seq` (the newest place that was heard of) and `low` (the oldest that can be replayed),
    /// and the end of their object.
    func appendLog(to buffer: inout ByteBuffer) {
      buffer.append(#""log":"#)
      buffer.append(jsonString: group.log)
      buffer.append(#","seq":"#)
      buffer.append(decimal: Int(group.seq))
      buffer.append(#","low":"#)
      buffer.append(decimal: Int(group.low))
      buffer.append(UInt8(ascii: "}"))
    }

    /// Hands an event on, or remembers that a client which does not keep up has lost it.
    func deliver(_ notice: SharedBytes, seq: UInt64) {
      guard reader.isCongested else {
        tellLoss()
        return reader.receive(notice)
      }
      if seq == 0 {
        lostEphemeral = true
      } else {
        lost = min(lost?.lowerBound ?? seq, seq)...max(lost?.upperBound ?? seq, seq)
      }
    }

    /// Called when less waits for the client than before: goes on with a replay, tells what was lost.
    func readerDidDrain() {
      guard !reader.isCongested else { return }
      tellLoss()
      group.goOn()
    }

    private func tellLoss() {
      if let lost { tell(lost) }
      lost = nil
      if lostEphemeral { tell(0...0) }
      lostEphemeral = false
    }

    private func tell(_ range: ClosedRange<UInt64>) {
      reader.receive(reader.format.encode(.lost(range), of: group.id, log: group.log))
    }
  }
}
