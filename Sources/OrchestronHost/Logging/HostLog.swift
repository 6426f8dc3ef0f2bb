import CHost
import Glibc
import Logging
import Synchronization

/// The host's log: lines of JSON with pino's field names, or readable ones on a terminal. [any-thread]
public struct HostLog: Sendable {
  private let logger: Logger
  private let threshold: Threshold

  /// How a line looks.
  public enum Format: String, Sendable {
    case json, pretty
  }

  /// A log of that format to standard error.
  public init(level: Logger.Level, format: Format) {
    self.init(level: level, format: format) { line in
      var line = line
      line.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
  }

  /// A log whose lines go to `write`, which several threads may call at once.
  public init(level: Logger.Level, format: Format, write: @escaping @Sendable (String) -> Void) {
    let threshold = Threshold(level)
    self.threshold = threshold
    logger = Logger(label: "orchestron") { _ in LineHandler(format: format, threshold: threshold, write: write) }
  }

  /// The least important lines that are written.
  public var level: Logger.Level {
    get { threshold.level }
    nonmutating set { threshold.level = newValue }
  }

  public func debug(_ message: String, plugin: String? = nil) { log(.debug, message, plugin) }
  public func info(_ message: String, plugin: String? = nil) { log(.info, message, plugin) }
  public func warn(_ message: String, plugin: String? = nil) { log(.warning, message, plugin) }
  public func error(_ message: String, plugin: String? = nil) { log(.error, message, plugin) }

  private func log(_ level: Logger.Level, _ message: String, _ plugin: String?) {
    logger.log(level: level, "\(message)", metadata: plugin.map { ["plugin": .string($0)] })
  }

  /// A line of a plugin: pino's level, a message, and a JSON object of fields or nothing.
  func write(level: UInt32, message: orch_str, fields: orch_str, plugin: String) {
    let level = Logger.Level(pino: level)
    guard level >= threshold.level else { return }
    var metadata: Logger.Metadata = ["plugin": .string(plugin)]
    if fields.n > 0 {
      if let object = (try? JSON(parsing: fields.bytes))?.object {
        for (key, value) in object where !LineHandler.reserved.contains(key) {
          metadata[key] = .stringConvertible(value)
        }
      } else {
        metadata["droppedFields"] = "not a JSON object"
      }
    }
    logger.log(level: level, "\(message.string)", metadata: metadata)
  }
}

/// A level that all threads read without a lock, while one sets it.
private final class Threshold: Sendable {
  private static let levels = Logger.Level.allCases
  /// The place among ``levels``.
  private let place: Atomic<Int>

  init(_ level: Logger.Level) { place = Atomic(Threshold.place(of: level)) }

  var level: Logger.Level {
    get { Threshold.levels[place.load(ordering: .relaxed)] }
    set { place.store(Threshold.place(of: newValue), ordering: .relaxed) }
  }

  private static func place(of level: Logger.Level) -> Int { levels.firstIndex(of: level) ?? 0 }
}

/// Writes one line for each message.
private struct LineHandler: LogHandler {
  let format: HostLog.Format
  let threshold: Threshold
  let write: @Sendable (String) -> Void
  var metadata: Logger.Metadata = [:]

  var logLevel: Logger.Level {
    get { threshold.level }
    set { threshold.level = newValue }
  }

  /// The fields that every line has.
  static let reserved: Set<String> = ["level", "time", "pid", "msg", "plugin"]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
    let now = Clock.unixMilliseconds()
    switch format {
    case .json: write(json(event.level, event.message.description, metadata, now))
    case .pretty: write(pretty(event.level, event.message.description, metadata, now))
    }
  }

  private func json(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, _ now: Int64) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("level")
    writer.int(Int64(level.pino))
    writer.key("time")
    writer.int(now)
    writer.key("pid")
    writer.int(Int64(getpid()))
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      writer.key(key)
      if case .stringConvertible(let json as JSON) = value { writer.json(json) } else { writer.string("\(value)") }
    }
    writer.key("msg")
    writer.string(message)
    writer.endObject()
    writer.newline()
    return writer.text
  }

  private func pretty(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, _ now: Int64) -> String {
    let time = Clock.rfc3339(unixMilliseconds: now).dropFirst(11).dropLast()
    let plugin = metadata["plugin"].map { "\($0): " } ?? ""
    let rest = metadata.filter { $0.key != "plugin" }.sorted { $0.key < $1.key }
    let fields = rest.map { " \($0.key)=\($0.value)" }.joined()
    let (color, name) = level.style
    return "\(time) \u{1B}[\(color)m\(name)\u{1B}[0m \(plugin)\(message)\(fields)\n"
  }
}

extension Logger.Level {
  /// The level that a line of pino's number belongs to.
  init(pino number: UInt32) {
    switch number {
    case ..<20: self = .trace
    case ..<30: self = .debug
    case ..<40: self = .info
    case ..<50: self = .warning
    default: self = .error
    }
  }

  /// The level named in configurations, or nil.
  public init?(name: String) {
    switch name {
    case "trace": self = .trace
    case "debug": self = .debug
    case "info": self = .info
    case "warn": self = .warning
    case "error": self = .error
    default: return nil
    }
  }

  fileprivate var pino: Int {
    switch self {
    case .trace: 10
    case .debug: 20
    case .info, .notice: 30
    case .warning: 40
    case .error: 50
    case .critical: 60
    }
  }

  /// The color and the word of a line on a terminal.
  fileprivate var style: (color: Int, name: String) {
    switch self {
    case .trace: (90, "trace")
    case .debug: (90, "debug")
    case .info, .notice: (32, " info")
    case .warning: (33, " warn")
    case .error, .critical: (31, "error")
    }
  }
}
