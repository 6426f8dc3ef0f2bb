/// The durable events of the file: numbered from 1 without gaps, kept within a bound.
extension Database {
  /// The name of this history. A file that was restored from a backup continues the numbers of an older day, so it gets
  /// a new name, and readers that hold numbers of the other history start afresh.
  func eventLogName() throws(StorageError) -> String {
    if case .text(let name)? = try first("SELECT value FROM meta WHERE name = 'log'") { return name }
    let name = randomName()
    try run("INSERT INTO meta(name, value) VALUES('log', ?1)", .text(name))
    return name
  }

  /// Records an event inside the caller's transaction.
  func append(
    _ event: NewEvent, source: String, actor: String, time: Int64
  ) throws(StorageError) -> DurableEvent {
    let statement = try statement(
      "INSERT INTO events(topic, time, source, actor, data) SELECT ?1, ?2, ?3, ?4, ?5 WHERE json_valid(?5)")
    try statement.bind(1, text: event.topic)
    try statement.bind(2, int: time)
    try statement.bind(3, text: source)
    try statement.bind(4, text: actor)
    try statement.bind(5, text: event.data)
    try statement.run()
    guard changes == 1 else {
      throw StorageError(.invalidArgument, "the data of event \(event.topic) is not valid JSON")
    }
    return DurableEvent(
      seq: lastRow, topic: event.topic, time: time, source: source, actor: actor, data: event.data)
  }

  /// What can be read of the log.
  func eventRange() throws(StorageError) -> EventRange {
    let last = try integer("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
    return EventRange(first: try integer("SELECT coalesce(min(seq), ?1) FROM events", .int(last + 1)), last: last)
  }

  /// Hands over up to `limit` events after `since`, in their order.
  func events(since: Int64, limit: Int, _ body: (DurableEvent) -> Void) throws(StorageError) {
    try rows(
      "SELECT seq, topic, time, source, actor, data FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
      .int(since), .int(Int64(max(0, limit)))
    ) { row in
      body(
        DurableEvent(
          seq: row.int(0), topic: row.text(1), time: row.int(2), source: row.text(3), actor: row.text(4),
          data: Array(row.bytes(5))))
    }
  }

  /// Removes at most 1,000 of the oldest events beyond the bound, so that nobody waits long.
  ///
  /// - Returns: whether there may be more to remove.
  func compactEvents(_ bound: EventBound, now: Int64) throws(StorageError) -> Bool {
    let last = try eventRange().last
    let end = try integer(
      """
      SELECT coalesce(max(seq), 0) FROM (SELECT seq, time FROM events ORDER BY seq LIMIT 1000)
      WHERE time < ?1 AND seq <= ?2
      """, .int(now - bound.milliseconds), .int(last - bound.events))
    guard end > 0 else { return false }
    try run("DELETE FROM events WHERE seq <= ?1", .int(end))
    return changes == 1000
  }
}

/// 128 random bits as 32 hexadecimal digits.
private func randomName() -> String {
  var generator = SystemRandomNumberGenerator()
  return (0..<2).map { _ in
    let digits = String(generator.next(), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }.joined()
}
