import PluginKit

/// By what a host knows itself when it meets itself: an experimental capability of its server.
enum Mark {
  static let key = "orchestron/host"

  /// The mark of the host with a storage folder: no other one uses that folder at the same time.
  static func of(_ host: Host) -> String { of(storageFolder: host.info.storageDirectory) }

  /// FNV-1a of 64 bits over the absolute path, in hexadecimal digits.
  static func of(storageFolder: String) -> String {
    String(
      storageFolder.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
  }
}
