import MCPProtocol

extension HeaderText {
  /// Printable ASCII without spaces, not empty: what may come back as a header as it is.
  static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 1000 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// What may be part of a header's name.
  static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 100
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }
}
