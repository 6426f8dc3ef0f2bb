import Glibc
import PluginKit

/// Names of time zones.
enum ZoneName {
  /// The JSON Schema of one.
  static let schema = #"""
    {"maxLength":64,"pattern":"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
     "x-must":"be an IANA time zone such as Europe/Berlin"}
    """#

  /// The zone that the system is set to; `UTC` when it does not say.
  static var current: String {
    let name = environment ?? localtime ?? "UTC"
    return name == "Etc/UTC" ? "UTC" : name
  }

  private static var environment: String? {
    guard let value = getenv("TZ") else { return nil }
    let name = String(cString: value)
    return TimeZone(name) != nil ? name : nil
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
    return TimeZone(name) != nil ? name : nil
  }
}
