/// By what a host knows itself when it meets itself: an experimental capability of its server.
public enum HostMark {
  /// The capability, an object whose member `mark` says which host it is.
  public static let capability = "orchestron/host"

  /// The mark of the host with a storage folder, which no other one uses at the same time: FNV-1a of 64 bits over the
  /// absolute path, in hexadecimal digits.
  public static func of(storageFolder: String) -> String {
    String(
      storageFolder.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
  }
}
