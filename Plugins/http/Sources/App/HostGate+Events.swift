import CPluginSDK
import PluginKit

extension HostGate {
  /// Subscribes a group to topics.
  func subscribe(_ group: TopicGroup, _ wish: SubscriptionWish, as principal: Principal) throws(Problem) {
    let callback = orch_event_cb(
      fn: { me, event in
        guard let me, let event = event?.pointee else { return }
        Unmanaged<TopicGroup>.fromOpaque(me).takeUnretainedValue().receive(event)
      }, ud: Unmanaged.passRetained(group).toOpaque(),
      release: { me in
        if let me { Unmanaged<TopicGroup>.fromOpaque(me).release() }
      })
    var out = orch_subscription()
    out.size = UInt32(MemoryLayout<orch_subscription>.size)
    let failure: Problem? = try withContext(principal) { context in
      let status = withTexts(wish.topics) { topics in
        withTexts([wish.log ?? ""]) { log in
          var request = orch_subscribe()
          request.size = UInt32(MemoryLayout<orch_subscribe>.size)
          request.flags = wish.since == nil ? 0 : UInt32(ORCH_SUBSCRIBE_SINCE)
          request.topics = topics.baseAddress
          request.n_topics = topics.count
          request.since = wish.since ?? 0
          request.log = log[0]
          return host.pointee.v.pointee.subscribe?(host, context, &request, callback, &out)
            ?? Status.unimplemented.rawValue
        }
      }
      return status == Status.ok.rawValue ? nil : problem(of: status, context)
    }
    if let failure { throw failure }
    group.didSubscribe(out)
  }

  func unsubscribe(_ id: UInt64) { _ = host.pointee.v.pointee.unsubscribe?(host, id) }

  /// Lends texts as the C headers spell them.
  private func withTexts<R>(_ texts: [String], _ body: (UnsafeBufferPointer<orch_str>) -> R) -> R {
    let copies = texts.map { text in SharedBytes { $0.append(text) } }
    return withExtendedLifetime(copies) { copies.map(\.bytes.abi).withUnsafeBufferPointer(body) }
  }
}
