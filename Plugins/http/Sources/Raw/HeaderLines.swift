import CPluginSDK

extension ByteBuffer {
  /// Appends header lines of a plugin. What is the server's own to say is left out, as is what is no header line.
  mutating func append(headerLines lines: UnsafePointer<orch_str>?, _ count: Int) {
    guard let lines else { return }
    let own: [StaticString] = [
      "content-length", "transfer-encoding", "connection", "date", "keep-alive", "upgrade", "trailer", "x-request-id",
    ]
    for index in 0..<count {
      let line = Bytes(lines[index])
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { continue }
      let name = line.part(0..<colon)
      guard name.allSatisfy(isTokenByte), !own.contains(where: { name.equals(ignoringCase: $0) }) else { continue }
      append(name)
      append(": ")
      let start = self.count
      append(line.part(colon + 1..<line.count).trimmed)
      blankControls(from: start)
      append("\r\n")
    }
  }
}

/// Whether a byte may stand in the name of a header.
private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
