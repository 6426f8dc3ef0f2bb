import PluginKit

/// The answer to a request for a file of a plugin.
struct FileAnswer {
  let file: StaticFolder.File
  let folder: StaticFolder

  /// Answers, or begins to: what is large comes by `read`.
  func send(_ exchange: HTTPExchange, _ read: @escaping FileSender.Reader) {
    var tag = file.tag
    let isKnown = tag.withUTF8 { tag in exchange.header("if-none-match").map { Self.list($0, has: tag) } ?? false }
    if isKnown { return exchange.respond(.notModified, headers: writeCommon) }
    guard let range = range(of: exchange) else {
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
      writeCommon(&buffer)
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

  private func writeCommon(_ buffer: inout ByteBuffer) {
    buffer.appendHeader("ETag", file.tag)
    if !folder.saysHowLongToKeep {
      buffer.append(
        file.isImmutable
          ? "Cache-Control: public, max-age=31536000, immutable\r\n" : "Cache-Control: private, no-cache\r\n")
    }
    buffer.append("X-Content-Type-Options: nosniff\r\n")
    buffer.append(folder.headers.bytes)
  }

  private static func list(_ tags: Bytes, has tag: Bytes) -> Bool {
    var has = false
    tags.forEachListElement { known in
      let isWeak = known.count > 2 && known.part(0..<2).equals("W/")
      if known.equals("*") || (isWeak ? known.part(2..<known.count) : known).equals(tag) { has = true }
    }
    return has
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
      var tag = file.tag
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
