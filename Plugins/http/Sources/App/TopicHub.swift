import CPluginSDK
import PluginKit

/// The subscriptions of all WebSocket clients.
///
/// Clients that want the same topics from now on share one subscription of the host: its events are encoded once and
/// the same bytes go to all of them. A client that asks for old events, or for the same topics twice, has one of its own.
final class TopicHub {
  private let gate: HostGate
  private var shared: [[String]: Group] = [:]

  init(_ gate: HostGate) { self.gate = gate }

  /// Subscribes a client.
  func join(_ session: Session, _ wish: SubscriptionWish, as principal: Principal) throws(Problem) -> Membership {
    guard principal.mayRead else {
      throw Problem(.permissionDenied, "To subscribe, the right \"read\" of all services is needed.")
    }
    if wish.since == nil, let group = shared[wish.topics], !session.isSubscribed(to: group.id) {
      return group.add(session)
    }
    let group = Group()
    try gate.subscribe(group, wish, as: principal)
    if wish.since == nil, shared[wish.topics] == nil {
      shared[wish.topics] = group
      group.sharedTopics = wish.topics
    }
    return group.add(session)
  }

  /// Ends a client's subscription.
  func leave(_ membership: Membership) {
    let group = membership.group
    group.members.removeAll { $0 === membership }
    guard group.members.isEmpty else { return }
    if let topics = group.sharedTopics { shared[topics] = nil }
    gate.unsubscribe(group.id)
  }

  /// One subscription of the host and the clients that share it.
  final class Group {
    fileprivate(set) var id: UInt64 = 0
    fileprivate var seq: UInt64 = 0
    fileprivate var low: UInt64 = 0
    fileprivate var log = ""
    fileprivate var members: [Membership] = []
    fileprivate var sharedTopics: [String]?

    fileprivate func add(_ session: Session) -> Membership {
      let membership = Membership(session, self)
      members.append(membership)
      return membership
    }

    /// Called by the gate once the host has taken the subscription.
    func didSubscribe(_ subscription: orch_subscription) {
      id = subscription.id
      seq = subscription.seq
      low = subscription.low
      log = Bytes(subscription.log).text
    }

    /// Called by the gate for each event. Members that leave meanwhile are no problem: the array is a copy.
    func receive(_ event: orch_event) {
      seq = max(seq, event.seq)
      switch Int(event.kind) {
      case ORCH_EVENT_RESYNC:
        log = Bytes(event.log).text
        send(WebSocketFrame { $0.appendRPC(notification: "resync") { self.append(resync: event, to: &$0) } })
      case ORCH_EVENT_LOST:
        send(WebSocketFrame { $0.appendRPC(lost: event.from...max(event.from, event.seq), of: self.id) })
      default:
        let frame = WebSocketFrame { $0.appendRPC(notification: "event") { self.append(event, to: &$0) } }
        for member in members { member.deliver(frame, seq: event.seq) }
      }
    }

    private func send(_ frame: WebSocketFrame) {
      for member in members { member.session.connection?.send(frame) }
    }

    private func append(_ event: orch_event, to buffer: inout ByteBuffer) {
      buffer.append(#"{"subscription":"#)
      buffer.append(decimal: Int(id))
      if event.seq > 0 {
        buffer.append(#","seq":"#)
        buffer.append(decimal: Int(event.seq))
      }
      buffer.append(#","topic":"#)
      buffer.append(jsonString: Bytes(event.topic))
      buffer.append(#","time":""#)
      buffer.append(instant: event.time_ms)
      buffer.append(#"","source":"#)
      buffer.append(jsonString: Bytes(event.source))
      buffer.append(#","data":"#)
      if event.data.n > 0 { buffer.append(Bytes(event.data)) } else { buffer.append("null") }
      buffer.append(UInt8(ascii: "}"))
    }

    private func append(resync event: orch_event, to buffer: inout ByteBuffer) {
      buffer.append(#"{"subscription":"#)
      buffer.append(decimal: Int(id))
      buffer.append(#","log":"#)
      buffer.append(jsonString: log)
      buffer.append(#","seq":"#)
      buffer.append(decimal: Int(event.seq))
      buffer.append(UInt8(ascii: "}"))
    }
  }

  /// One client in a group.
  final class Membership {
    fileprivate let session: Session
    fileprivate let group: Group
    private var lost: ClosedRange<UInt64>?

    fileprivate init(_ session: Session, _ group: Group) {
      self.session = session
      self.group = group
    }

    var id: UInt64 { group.id }

    /// The result of `subscribe`.
    var description: String {
      var buffer = ByteBuffer()
      buffer.append(#"{"subscription":"#)
      buffer.append(decimal: Int(group.id))
      buffer.append(#","log":"#)
      buffer.append(jsonString: group.log)
      buffer.append(#","seq":"#)
      buffer.append(decimal: Int(group.seq))
      buffer.append(#","low":"#)
      buffer.append(decimal: Int(group.low))
      buffer.append(UInt8(ascii: "}"))
      return buffer.bytes.text
    }

    /// Sends an event, or remembers that a client which does not keep up has lost it.
    fileprivate func deliver(_ frame: WebSocketFrame, seq: UInt64) {
      guard let connection = session.connection else { return }
      if connection.isCongested {
        lost = min(lost?.lowerBound ?? seq, seq)...max(lost?.upperBound ?? seq, seq)
      } else {
        tellLoss()
        connection.send(frame)
      }
    }

    /// Tells the client what it has lost, once it keeps up again. Ephemeral events count as number 0.
    func tellLoss() {
      guard let range = lost else { return }
      lost = nil
      session.connection?.send { $0.appendRPC(lost: range, of: group.id) }
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func appendRPC(lost range: ClosedRange<UInt64>, of subscription: UInt64) {
    appendRPC(notification: "lost") { buffer in
      buffer.append(#"{"subscription":"#)
      buffer.append(decimal: Int(subscription))
      buffer.append(#","from":"#)
      buffer.append(decimal: Int(range.lowerBound))
      buffer.append(#","to":"#)
      buffer.append(decimal: Int(range.upperBound))
      buffer.append(UInt8(ascii: "}"))
    }
  }
}
