import PluginKit

/// Taking content out of the file for good: first out of what can be read, in the transaction of the change, and then
/// out of the bytes.
extension Database {
  /// Takes what a plugin's recorded events and kept replies say about these ids out of them, inside the caller's
  /// transaction. Events are about an id that is their member `id`, `entity` or `task`; they keep their numbers, topics,
  /// times and actors.
  func redact(_ ids: [String], of plugin: String) throws(StorageError) {
    var json = JSONWriter()
    json.beginArray()
    for id in ids { json.string(id) }
    json.endArray()
    let list = Value.text(String(decoding: json.bytes, as: UTF8.self))
    let members = ["id", "entity", "task"].map { "json_extract(data, '$.\($0)')" }
    let isMeant = members.map { "\($0) IN (SELECT value FROM json_each(?2))" }.joined(separator: " OR ")
    try run(
      """
      UPDATE events SET data = json_object('id', coalesce(\(members.joined(separator: ", "))), 'redacted', json('true'))
      WHERE source = ?1 AND (\(isMeant))
      """, .text(plugin), list)
    // Their keys begin with the plugin and a space, behind which `!` is the next character.
    try run(
      """
      DELETE FROM replies WHERE key >= ?1 || ' ' AND key < ?1 || '!'
      AND EXISTS (SELECT 1 FROM json_each(?2) WHERE instr(reply, value) > 0)
      """, .text(plugin), list)
    try run("INSERT OR REPLACE INTO meta(name, value) VALUES('scrub', 'wanted')")
  }

  /// Whether content that was taken out may still be in the bytes of the file or its log.
  func wantsScrub() throws(StorageError) -> Bool {
    try integer("SELECT count(*) FROM meta WHERE name = 'scrub'") > 0
  }

  /// Rewrites the file, so that nothing is left of what was taken out: no free page, no gap between rows, no word that
  /// the search has only marked as gone, no log. It takes as long as writing the whole file does.
  ///
  /// - Parameter release: asks those who read from the log to let go of it.
  /// - Returns: whether they did; otherwise the log still has the bytes.
  func scrub(_ collections: some Sequence<Collection>, release: () -> Void) throws(StorageError) -> Bool {
    for collection in collections where collection.definition.search != nil {
      try long("rewrites the words of \(collection.name)") { () throws(StorageError) in
        try execute("INSERT INTO \(collection.searchTable)(\(collection.searchTable)) VALUES('optimize')")
      }
    }
    // In memory, the copy would need as much of it as the file is long.
    try execute("PRAGMA temp_store = FILE")
    defer { try? execute("PRAGMA temp_store = MEMORY") }
    try long("rewrites the file, because content was purged") { () throws(StorageError) in try execute("VACUUM") }
    for _ in 0..<3 {
      release()
      guard try truncateLog() else { continue }
      try run("DELETE FROM meta WHERE name = 'scrub'")
      return true
    }
    return false
  }
}
