import Glibc

/// Finds and reads the configuration file.
enum ConfigurationFile {
  static let name = "orchestron.config.json"

  /// The absolute path of the file that counts, or nil when there is none.
  ///
  /// - Throws: A file that was named but is not there.
  static func find(_ named: String?, in surroundings: Surroundings) throws(Failure) -> String? {
    if let named { return try require(named, "named by --config", surroundings) }
    if let named = surroundings["ORCHESTRON_CONFIG"] {
      return try require(named, "named by ORCHESTRON_CONFIG", surroundings)
    }
    let path = surroundings.absolute(name)
    return access(path, F_OK) == 0 ? path : nil
  }

  private static func require(
    _ named: String, _ how: String, _ surroundings: Surroundings
  ) throws(Failure) -> String {
    let path = surroundings.absolute(named)
    guard access(path, F_OK) == 0 else {
      throw Failure(
        .notFound, "the configuration file \(path), \(how), does not exist; create it, or leave the name out")
    }
    return path
  }

  /// Reads a file that exists.
  static func read(_ path: String) throws(Failure) -> JSON {
    var bytes: [UInt8] = []
    do throws(PluginFault) {
      guard try SmallFile.read(path, relativeTo: AT_FDCWD, shownAs: path, into: &bytes) != nil else {
        throw PluginFault(path: path, reason: "the file has vanished")
      }
    } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    do { return try JSON(parsing: bytes, duplicateKeys: .refused) } catch {
      throw Failure(.invalidArgument, "\(path) is not valid JSON: \(error.message)")
    }
  }
}
