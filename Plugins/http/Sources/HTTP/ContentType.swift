/// The media types of replies.
enum ContentType {
  case json, problem, ndjson, events, text, html
  /// Of a file.
  case file(StaticString)

  var line: StaticString {
    switch self {
    case .json: "Content-Type: application/json\r\n"
    case .problem: "Content-Type: application/problem+json\r\n"
    case .ndjson: "Content-Type: application/x-ndjson\r\nCache-Control: no-store\r\n"
    case .events: "Content-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    case .text: "Content-Type: text/plain; charset=utf-8\r\n"
    case .html: "Content-Type: text/html; charset=utf-8\r\n"
    case .file: "Content-Type: "
    }
  }

  /// Whether compressing makes it shorter. Events are left alone: they are to arrive one by one through every proxy.
  var isCompressible: Bool {
    switch self {
    case .json, .problem, .ndjson, .text, .html: true
    case .events: false
    case .file(let type): Self.isCompressible(Bytes(start: type.utf8Start, count: type.utf8CodeUnitCount))
    }
  }

  /// Whether compressing content of this media type makes it shorter.
  static func isCompressible(_ type: Bytes) -> Bool {
    if type.equals("text/event-stream") { return false }
    let text: StaticString = "text/"
    if type.starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) { return true }
    let others: [StaticString] = [
      "application/json", "application/manifest+json", "application/openmetrics-text", "application/wasm",
      "image/svg+xml",
    ]
    return others.contains { type.equals($0) }
  }
}
