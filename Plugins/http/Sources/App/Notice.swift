import CPluginSDK

/// What readers of events are told. Borrowed from the host during its callback.
enum Notice {
  case event(orch_event)
  /// What was asked for is no longer kept: read the state again, and go on from `seq`.
  case resync(log: String, seq: UInt64)
  /// Durable events of a range did not reach the reader; 0 to 0 stands for ephemeral ones.
  case lost(ClosedRange<UInt64>)

  fileprivate var name: StaticString {
    switch self {
    case .event: "event"
    case .resync: "resync"
    case .lost: "lost"
    }
  }
}

/// How notices stand on the wire.
enum NoticeFormat {
  /// A JSON-RPC notification in a WebSocket frame; its params begin with the number of the subscription.
  case rpc
  /// A server-sent event. What belongs to a place in the log has it as its id, which a client that comes back shows.
  case eventStream

  func encode(_ notice: Notice, of subscription: UInt64, log: String) -> SharedBytes {
    switch self {
    case .rpc:
      WebSocketFrame { buffer in
        buffer.appendRPC(notification: notice.name) { buffer in
          buffer.append(#"{"subscription":"#)
          buffer.append(decimal: Int(subscription))
          buffer.append(UInt8(ascii: ","))
          buffer.appendMembers(of: notice)
        }
      }.bytes
    case .eventStream:
      SharedBytes { buffer in
        // A browser calls `onmessage` for what has no name: the events themselves.
        switch notice {
        case .event(let event): if event.seq > 0 { buffer.appendEventID(log: log, seq: event.seq) }
        case .resync(let log, let seq):
          buffer.appendEventID(log: log, seq: seq)
          buffer.append("event: resync\n")
        case .lost: buffer.append("event: lost\n")
        }
        var json = ByteBuffer()
        json.append(UInt8(ascii: "{"))
        json.appendMembers(of: notice)
        StreamFormat.events.append(json.bytes, to: &buffer)
      }
    }
  }
}

extension ByteBuffer {
  /// Appends the id that tells a place in a log: `log:seq`.
  mutating func appendEventID(log: String, seq: UInt64) {
    append("id: ")
    append(log)
    append(UInt8(ascii: ":"))
    append(decimal: Int(seq))
    append(UInt8(ascii: "\n"))
  }

  /// Appends the members of a notice and the end of their object.
  fileprivate mutating func appendMembers(of notice: Notice) {
    switch notice {
    case .event(let event): appendMembers(of: event)
    case .resync(let log, let seq):
      append(#""log":"#)
      append(jsonString: log)
      append(#","seq":"#)
      append(decimal: Int(seq))
    case .lost(let range):
      append(#""from":"#)
      append(decimal: Int(range.lowerBound))
      append(#","to":"#)
      append(decimal: Int(range.upperBound))
    }
    append(UInt8(ascii: "}"))
  }

  private mutating func appendMembers(of event: orch_event) {
    if event.seq > 0 {
      append(#""seq":"#)
      append(decimal: Int(event.seq))
      append(UInt8(ascii: ","))
    }
    append(#""topic":"#)
    append(jsonString: Bytes(event.topic))
    append(#","time":""#)
    append(instant: event.time_ms)
    append(#"","source":"#)
    append(jsonString: Bytes(event.source))
    append(#","data":"#)
    if event.data.n > 0 { append(Bytes(event.data)) } else { append("null") }
  }
}
