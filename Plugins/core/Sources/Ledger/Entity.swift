import PluginKit

/// Something that is stored, has an id, a key and a revision, and whose changes are told as events.
protocol Entity: Sendable {
  /// The collection it is stored in.
  static var collection: String { get }
  /// What one of it is called: the member of its events that holds it, and the first word of their topics.
  static var noun: String { get }
  /// Fields that no change tells of: they identify the entity or follow from the change itself.
  static var bookkeeping: Set<String> { get }

  var fields: Fields { get }
  /// The id of the project that it belongs to.
  var project: String { get }

  init(fields: Fields)
}

extension Entity {
  var id: String { fields["id"]?.string ?? "" }
  var key: String { fields["key"]?.string ?? "" }
  var revision: Int64 { fields["revision"]?.int ?? 0 }

  /// What happened between an older state and this one.
  func changes(since old: Self?) -> Changes {
    Changes(from: old?.fields ?? Fields(), to: fields, ignoring: Self.bookkeeping)
  }

  /// The data of an event that tells of a change which led to this state.
  ///
  /// - Parameters:
  ///   - json: The entity as it is stored.
  ///   - actor: On whose behalf.
  func eventData(_ changes: Changes, by actor: String, json: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(capacity: json.count + 512)
    writer.beginObject()
    writer.member("id", id)
    writer.member("key", key)
    // An event of a project holds the project itself under this name.
    if Self.noun != "project" { writer.member("project", project) }
    writer.member("actor", actor)
    writer.member("revision", revision)
    writer.key("changes" as StaticString)
    writer.changes(changes)
    writer.key(Self.noun)
    writer.raw(json)
    writer.endObject()
    return Array(writer.bytes)
  }
}
