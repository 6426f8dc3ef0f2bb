import CPluginSDK

extension HTTPExchange {
  /// As ``negotiate(_:length:)`` for a whole reply of a plugin, whose header lines tell its type. Not compressed is what
  /// has an `ETag` or a coding of the plugin's own, or says `no-transform`.
  func negotiate(_ headers: UnsafePointer<orch_str>?, _ count: Int, length: Int) {
    guard let headers, length >= Compressor.least else { return }
    var type: Bytes?
    for index in 0..<count {
      let line = Bytes(headers[index])
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = line.part(0..<colon)
      let value = line.part(colon + 1..<line.count).trimmed
      if name.equals(ignoringCase: "etag") || name.equals(ignoringCase: "content-encoding") { return }
      if name.equals(ignoringCase: "cache-control"), value.listContains("no-transform") { return }
      if name.equals(ignoringCase: "content-type") {
        type = value.part(0..<(value.firstIndex(of: UInt8(ascii: ";")) ?? value.count)).trimmed
      }
    }
    guard let type, ContentType.isCompressible(type) else { return }
    isNegotiated = true
    coding = ContentCoding(accept: header("accept-encoding"))
  }
}
