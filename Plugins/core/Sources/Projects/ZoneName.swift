import Glibc
import PluginKit

/// Names of time zones in the system's IANA database.
enum ZoneName {
  private static let database = "/usr/share/zoneinfo"

  /// Whether the system knows a zone. Without a database it has to believe any name.
  ///
  /// - Parameter name: Letters, digits, `_+-/` only: the declaration's pattern lets nothing else through.
  static func isKnown(_ name: String) -> Bool {
    var entry = stat()
    guard stat(database, &entry) == 0 else { return true }
    return stat("\(database)/\(name)", &entry) == 0 && entry.st_mode & S_IFMT == S_IFREG
  }

  /// The zone that the system is set to; `UTC` when it does not say.
  static var current: String {
    let name = environment ?? localtime ?? "UTC"
    return name == "Etc/UTC" ? "UTC" : name
  }

  private static var environment: String? {
    guard let value = getenv("TZ") else { return nil }
    let name = String(cString: value)
    return isWellFormed(name) && isKnown(name) ? name : nil
  }

  /// Where `/etc/localtime` leads to.
  private static var localtime: String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/etc/localtime", &target, target.count)
    guard count > 0 else { return nil }
    let path = String(decoding: target.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    // The name is what follows the database's folder, however the link spells the way there.
    let parts = path.split(separator: "/")
    guard let place = parts.lastIndex(of: "zoneinfo") else { return nil }
    let name = parts[(place + 1)...].joined(separator: "/")
    return isWellFormed(name) && isKnown(name) ? name : nil
  }

  private static func isWellFormed(_ name: String) -> Bool {
    guard let first = name.utf8.first, first != UInt8(ascii: "/") else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "/"):
        true
      default: false
      }
    }
  }
}
