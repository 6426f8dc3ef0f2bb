import Glibc

/// A zone of the IANA time zone database, as the system has it.
///
/// Reads the compiled files (RFC 8536) once; every look-up is a binary search. Moments after the last recorded change
/// follow the rule in the file's footer.
public final class TimeZone: Sendable {
  /// The IANA name: `Europe/Berlin`.
  public let name: String
  /// When the offset changes, in seconds since 1970, ascending.
  private let changes: [Int64]
  /// The offset from each change on, in seconds east of UTC.
  private let offsets: [Int32]
  /// The offset before the first change.
  private let initial: Int32
  private let rule: ZoneRule?

  /// Coordinated universal time.
  public static let utc = TimeZone(fixed: "UTC")

  private init(fixed name: String) {
    self.name = name
    (changes, offsets, initial, rule) = ([], [], 0, nil)
  }

  /// Reads a zone from the system's database.
  ///
  /// - Parameters:
  ///   - name: Such as `Europe/Berlin`; `UTC` needs no database.
  ///   - database: Where the compiled zones are.
  /// - Returns: nil when the system has no such zone.
  public convenience init?(_ name: String, database: String = "/usr/share/zoneinfo") {
    if name == "UTC" {
      self.init(fixed: name)
      return
    }
    guard TimeZone.isWellFormed(name), let file = readFile("\(database)/\(name)"), let zone = ZoneFile(file) else {
      return nil
    }
    self.init(name, zone)
  }

  private init(_ name: String, _ file: ZoneFile) {
    self.name = name
    changes = file.changes
    offsets = file.offsets
    initial = file.initial
    rule = file.rule
  }

  /// Letters, digits and `_+-`, in parts with `/` between them: no name leads out of the database.
  public static func isWellFormed(_ name: String) -> Bool {
    guard name.utf8.count <= 64 else { return false }
    return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
          default: false
          }
        }
    }
  }

  // MARK: Looking up

  /// Seconds east of UTC at a moment.
  public func offset(at moment: Instant) -> Int {
    let seconds = moment.milliseconds.flooredDivision(by: 1000).quotient
    if let last = changes.last, seconds >= last, let rule { return Int(rule.offset(at: seconds)) }
    if changes.isEmpty, let rule { return Int(rule.offset(at: seconds)) }
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return Int(low == 0 ? initial : offsets[low - 1])
  }

  /// The day that the calendar on the wall shows.
  public func day(at moment: Instant) -> Day {
    let local = moment.milliseconds + Int64(offset(at: moment)) * 1000
    return Day(number: Int(local.flooredDivision(by: 86_400_000).quotient))
  }

  /// Minutes since midnight that the clock on the wall shows.
  public func minuteOfDay(at moment: Instant) -> Int {
    let local = moment.milliseconds + Int64(offset(at: moment)) * 1000
    return Int(local.flooredDivision(by: 86_400_000).remainder / 60_000)
  }

  /// When the clock on the wall shows a time.
  ///
  /// A time that comes twice, when clocks are set back, means the first; one that is skipped, when they are set
  /// forward, means the moment of the change, which is the next minute that exists.
  ///
  /// - Parameter minute: Minutes since midnight, 0 to 1439.
  public func moment(of day: Day, minute: Int = 0) -> Instant {
    let wall = (Int64(day.number) * 1440 + Int64(minute)) * 60
    // The offset changes at most once within the day around, so one of the two around the time is right.
    let before = Int64(offset(at: Instant(milliseconds: (wall - 86_400) * 1000)))
    let after = Int64(offset(at: Instant(milliseconds: (wall + 86_400) * 1000)))
    for candidate in [max(before, after), min(before, after)] {
      let seconds = wall - candidate
      if Int64(offset(at: Instant(milliseconds: seconds * 1000))) == candidate {
        return Instant(milliseconds: seconds * 1000)
      }
    }
    return change(between: wall - max(before, after), and: wall - min(before, after))
  }

  /// When the offset changes between two moments.
  private func change(between low: Int64, and high: Int64) -> Instant {
    var (low, high) = (low, high)
    let old = offset(at: Instant(milliseconds: low * 1000))
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: Instant(milliseconds: middle * 1000)) == old { low = middle } else { high = middle }
    }
    return Instant(milliseconds: high * 1000)
  }
}

/// The whole of a small file; nil when it cannot be read.
private func readFile(_ path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size < 1 << 20 else {
    return nil
  }
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
  let count = read(descriptor, &bytes, bytes.count)
  return count == bytes.count ? bytes : nil
}
