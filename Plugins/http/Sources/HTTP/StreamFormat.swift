/// How the parts of a streamed reply stand on the wire.
enum StreamFormat {
  /// One JSON text per line.
  case ndjson
  /// Server-sent events.
  case events

  /// The format that the `Accept` header of a request asks for.
  init(accept: Bytes?) {
    var wantsEvents = false
    accept?.forEachListElement { element in
      let end = element.firstIndex(of: UInt8(ascii: ";")) ?? element.count
      if element.part(0..<end).trimmed.equals(ignoringCase: "text/event-stream") { wantsEvents = true }
    }
    self = wantsEvents ? .events : .ndjson
  }

  var contentType: ContentType {
    switch self {
    case .ndjson: .ndjson
    case .events: .events
    }
  }

  /// Appends one JSON text. Line ends between its tokens become spaces: a line is the unit of both formats.
  func append(_ json: Bytes, to buffer: inout ByteBuffer) {
    if self == .events { buffer.append("data: ") }
    let start = buffer.count
    buffer.append(json)
    for index in start..<buffer.count where buffer.bytes[index] == 0x0a || buffer.bytes[index] == 0x0d {
      buffer.replace(at: index, with: 0x20)
    }
    buffer.append(self == .events ? "\n\n" : "\n")
  }

  /// Appends the error that ended a stream: an object with the one member `error`, or an event of that name.
  func append(_ problem: Problem, to buffer: inout ByteBuffer) {
    buffer.append(self == .events ? "event: error\ndata: " : #"{"error":"#)
    problem.write(to: &buffer, requestID: nil)
    buffer.append(self == .events ? "\n\n" : "}\n")
  }
}
