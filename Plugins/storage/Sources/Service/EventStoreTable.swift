import CPluginSDK
import PluginKit

/// The extension `orchestron.event-store/1`: through it the host appends to the durable log and replays it.
@Loop
enum EventStoreTable {
  static let pointer: UnsafePointer<orch_event_store> = {
    let table = UnsafeMutablePointer<orch_event_store>.allocate(capacity: 1)
    table.initialize(
      to: orch_event_store(
        size: UInt32(MemoryLayout<orch_event_store>.size), info: info, read: read, append: append))
    return UnsafePointer(table)
  }()

  private static let info:
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_log_info>?) -> orch_status = { me, out in
      guard let plugin = Storage.from(me), let out else { return Status.internal.rawValue }
      return answering { () throws(StorageError) in
        // A host may ask between create and start, when nothing has been recorded in this run.
        guard let store = try? plugin.store(), !store.log.isEmpty else {
          out.pointee.seq = 0
          out.pointee.low = 1
          out.pointee.log = orch_str(p: nil, n: 0)
          return
        }
        let range = try store.eventRange()
        out.pointee.seq = UInt64(range.last)
        out.pointee.low = UInt64(range.first)
        out.pointee.log = permanent(store.log)
      }
    }

  private static let read:
    @convention(c) (
      UnsafeMutableRawPointer?, UInt64, UInt32,
      (@convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_event>?) -> Void)?, UnsafeMutableRawPointer?
    ) -> orch_status = { me, since, limit, each, ud in
      guard let plugin = Storage.from(me), let each else { return Status.internal.rawValue }
      return answering { () throws(StorageError) in
        // The callback may come back to the store, so that the read is over before it is called.
        var events: [DurableEvent] = []
        try plugin.store().events(since: Int64(clamping: since), limit: Int(limit)) { events.append($0) }
        for event in events { event.withEvent { each(ud, $0) } }
      }
    }

  private static let append:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_event>?, orch_append_cb) -> Void = { me, event, done in
      func finish(_ status: Status, _ seq: Int64) {
        done.fn?(done.ud, status.rawValue, UInt64(seq))
        done.release?(done.ud)
      }
      guard let plugin = Storage.from(me), let event = event?.pointee else { return finish(.internal, 0) }
      do throws(StorageError) {
        let new = try NewEvent(topic: string(event.topic), data: Array(bytes(event.data)))
        try plugin.store().write(
          Batch(events: [new], source: string(event.source), actor: string(event.actor))
        ) { result in
          switch result {
          case .success(.committed(_, let events)): finish(.ok, events.lowerBound)
          case .success(.redacted), .success(.repeated): finish(.internal, 0)
          case .failure(let error): finish(error.status, 0)
          }
        }
      } catch {
        plugin.host.log(.warn, "event \(string(event.topic)) was not recorded: \(error.message)")
        finish(error.status, 0)
      }
    }

  private static func answering(_ body: () throws(StorageError) -> Void) -> orch_status {
    do throws(StorageError) {
      try body()
      return Status.ok.rawValue
    } catch {
      return error.status.rawValue
    }
  }

  /// Text that stays until the process ends: one copy for each history that this process has seen.
  private static func permanent(_ text: String) -> orch_str {
    if let known = names[text] { return known }
    var text = text
    let name = text.withUTF8 { bytes in
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      _ = copy.initialize(from: bytes)
      return UnsafeBufferPointer(copy).borrowed
    }
    names[text] = name
    return name
  }

  private static var names: [String: orch_str] = [:]
}

extension DurableEvent {
  /// Lends the event as the C headers spell it.
  func withEvent(_ body: (UnsafePointer<orch_event>) -> Void) {
    var (topic, source, actor) = (topic, source, actor)
    topic.withUTF8 { topic in
      source.withUTF8 { source in
        actor.withUTF8 { actor in
          data.withUnsafeBufferPointer { data in
            var event = orch_event()
            event.size = UInt32(MemoryLayout<orch_event>.size)
            event.kind = UInt32(ORCH_EVENT)
            event.seq = UInt64(seq)
            event.time_ms = time
            event.topic = topic.borrowed
            event.source = source.borrowed
            event.actor = actor.borrowed
            event.data = data.borrowed
            body(&event)
          }
        }
      }
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// These bytes as the C headers spell text; borrowed.
  fileprivate var borrowed: orch_str {
    orch_str(p: UnsafeRawPointer(baseAddress)?.assumingMemoryBound(to: CChar.self), n: count)
  }
}

private func bytes(_ text: orch_str) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(start: text.p, count: text.p == nil ? 0 : text.n)
}

private func string(_ text: orch_str) -> String {
  String(decoding: bytes(text), as: UTF8.self)
}
