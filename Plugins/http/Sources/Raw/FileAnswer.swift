import PluginKit

/// The answer to a request for a file of a plugin.
struct FileAnswer {
  let file: StaticFolder.File
  let folder: StaticFolder

  /// Answers, or begins to: what is large comes by `read`.
  func send(_ exchange: HTTPExchange, _ read: @escaping FileSender.Reader) {
    func common(_ buffer: inout ByteBuffer) { write(to: &buffer, exchange) }
    let range = range(of: exchange)
    // What is sent in parts is sent as it lies there.
    if range == 0..<file.size, case .memory(let content) = file.content {
      exchange.negotiate(.file(file.type), length: content.bytes.count)
    }
    var tag = file.tag
    if tag.withUTF8({ EntityTag.list(exchange.header("if-none-match"), has: $0) }) {
      return exchange.respond(.notModified, headers: common)
    }
    guard let range else {
      return exchange.respond(
        Problem(http: .rangeNotSatisfiable, detail: "The file has \(file.size) bytes; the range is not in it.")
      ) { $0.appendHeader("Content-Range", "bytes */\(file.size)") }
    }
    let isPart = range.count < file.size
    let status = isPart ? HTTPStatus.partialContent : .ok
    func headers(_ buffer: inout ByteBuffer) {
      buffer.append("Content-Type: ")
      buffer.append(file.type)
      buffer.append("\r\nAccept-Ranges: bytes\r\n")
      if isPart {
        buffer.appendHeader("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)")
      }
      common(&buffer)
    }
    switch file.content {
    case .memory(let content):
      exchange.respond(status, body: isPart ? content.part(range) : content, headers: headers)
    case .disk(let open):
      exchange.beginStream(status, length: range.count, headers: headers)
      guard exchange.method != .head else { return exchange.endStream() }
      FileSender(exchange, open, range, read).start()
    }
  }

  private func write(to buffer: inout ByteBuffer, _ exchange: HTTPExchange) {
    var tag = file.tag
    tag.withUTF8 { exchange.appendTag($0, to: &buffer) }
    if !folder.saysHowLongToKeep {
      buffer.append(
        file.isImmutable
          ? "Cache-Control: public, max-age=31536000, immutable\r\n" : "Cache-Control: private, no-cache\r\n")
    }
    buffer.append("X-Content-Type-Options: nosniff\r\n")
    buffer.append(folder.headers.bytes)
  }

  // MARK: Ranges (RFC 9110, section 14)

  /// The bytes to send: all, or the one range that was asked for; nil when the file has none of it. Several ranges, and
  /// what is no range of bytes, are passed over.
  private func range(of exchange: HTTPExchange) -> Range<Int>? {
    let all = 0..<file.size
    guard exchange.method == .get, let value = exchange.header("range"), value.count > 6,
      value.part(0..<6).equals(ignoringCase: "bytes=")
    else { return all }
    if let condition = exchange.header("if-range") {
      // The tag of the compressed file would not do: what is sent is a part of the plain one.
      var tag = "\"\(file.tag)\""
      guard tag.withUTF8({ condition.equals($0) }) else { return all }
    }
    let spec = value.part(6..<value.count).trimmed
    guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return all }
    let first = spec.part(0..<dash)
    let last = spec.part(dash + 1..<spec.count)
    if first.isEmpty {
      guard let count = number(last) else { return all }
      return count == 0 || file.size == 0 ? nil : max(file.size - count, 0)..<file.size
    }
    guard let start = number(first), let end = last.isEmpty ? Int.max : number(last), end >= start else { return all }
    return start < file.size ? start..<min(end, file.size - 1) + 1 : nil
  }

  /// A number of decimal digits alone; one that is too large is the largest.
  private func number(_ text: Bytes) -> Int? {
    guard !text.isEmpty else { return nil }
    var value = 0
    for byte in text {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      value = overflow || carries || value == .max ? .max : sum
    }
    return value
  }
}
