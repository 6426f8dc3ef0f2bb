/// How far something long has come, by what a plugin says of it.
struct Progress {
  /// What is under way, in a few words.
  let what: String
  private(set) var done: UInt64
  private(set) var total: UInt64
  /// Milliseconds of the monotonic clock.
  private let begun: Int64
  /// When the log had a line of it, or of what came before it.
  private var logged: Int64

  /// Milliseconds between two lines of the log.
  private static let interval: Int64 = 1900
  /// How many bytes of `what` are shown.
  private static let length = 200

  private init(what: String, done: UInt64, total: UInt64, logged: Int64, at now: Int64) {
    self.what = String(decoding: what.utf8.prefix(Progress.length), as: UTF8.self)
    self.done = done
    self.total = total
    begun = now
    self.logged = logged
  }

  /// Takes a report.
  ///
  /// - Returns: The progress that there is now, or nil when it has not come further.
  static func advance(
    _ progress: Progress?, what: String, done: UInt64, total: UInt64, at now: Int64
  ) -> Progress? {
    let new = Progress(what: what, done: done, total: total, logged: progress?.logged ?? now, at: now)
    guard var progress, progress.what == new.what, !progress.isOver else { return new }
    guard done > progress.done else { return nil }
    progress.done = done
    progress.total = total
    return progress
  }

  var isOver: Bool { total > 0 && done >= total }

  /// Whether the log is to have a line again.
  mutating func isDueInLog(at now: Int64) -> Bool {
    guard now - logged >= Progress.interval else { return false }
    logged = now
    return true
  }

  /// `makes an index of the tasks: 42 %, about 12 s left`.
  func sentence(at now: Int64) -> String {
    let elapsed = max(0, now - begun)
    guard total > 0 else { return "\(what): for \(elapsed / 1000) s so far" }
    let share = min(1, Double(done) / Double(total))
    let percent = "\(what): \(Int(share * 100)) %"
    guard share > 0, elapsed > 0 else { return percent }
    let left = Double(elapsed) * (1 - share) / share / 1000
    return "\(percent), about \(Int(min(left, 1e9).rounded(.up))) s left"
  }
}

extension Plugin {
  /// What it is at, and how far.
  var progressSentence: String? {
    guard let progress, !progress.isOver else { return nil }
    return progress.sentence(at: Clock.milliseconds())
  }
}

extension Lifecycle {
  /// A plugin says how far something long has come: it, and those who wait for it to start, get their time anew.
  func heard(of plugin: Plugin, what: String, done: UInt64, total: UInt64) {
    let now = Clock.milliseconds()
    let advanced = Progress.advance(plugin.progress, what: what, done: done, total: total, at: now)
    guard var progress = advanced else { return }
    if !progress.isOver, progress.isDueInLog(at: now) {
      host.log.info("plugin \"\(plugin.id)\" \(progress.sentence(at: now))", plugin: plugin.id)
    }
    plugin.progress = progress
    let starting = startingPlugins
    if starting.isEmpty { return }
    var prolonged = starting.filter { $0 === plugin }
    for call in host.dispatcher.table.open(to: plugin) {
      guard let caller = starting.first(where: { $0.name === call.context.caller }) else { continue }
      host.dispatcher.prolong(call, until: now + Context.defaultTimeout)
      if !prolonged.contains(where: { $0 === caller }) { prolonged.append(caller) }
    }
    for plugin in prolonged { prolongStart(of: plugin) }
  }
}
