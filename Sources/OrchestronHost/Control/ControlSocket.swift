/// Where the control socket of a storage folder lies.
public enum ControlSocket {
  /// A socket's path has room for 107 bytes.
  private static let longestPath = 100

  /// `orchestron.sock` in the folder, or a short path beside the runtime folders when that is too long. The folder of
  /// the path exists then.
  public static func path(for storage: String, in surroundings: Surroundings) throws(Failure) -> String {
    let path = storage + "/orchestron.sock"
    if path.utf8.count <= longestPath { return path }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    for byte in storage.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let short = try RuntimeFolder.parent(in: surroundings) + "/s\(String(hash, radix: 16)).sock"
    guard short.utf8.count <= longestPath else {
      throw Failure(
        .failedPrecondition, "the path of the control socket, \(short), is too long; set XDG_RUNTIME_DIR to a short one"
      )
    }
    return short
  }
}
