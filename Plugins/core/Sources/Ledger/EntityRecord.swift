import PluginKit

/// What the change of one entity adds to a batch: its new state, its revision, its transition, its events. All JSON.
struct EntityRecord {
  private let collection: String
  private let id: String
  /// The revision that the stored entity must have; nil when there must be none.
  private let expected: Int64?
  private let state: [UInt8]
  private let revision: Revision
  private let transitions: [Transition]
  private let topics: [String]
  private let event: [UInt8]

  init<E: Entity>(
    _ new: E, since old: E?, change: String, origin: Ledger.Origin, at now: Instant, in zone: TimeZone,
    actor: String, merged: String? = nil
  ) {
    collection = E.collection
    id = new.id
    expected = old?.revision
    state = new.fields.json
    revision = Revision(
      of: new, since: old, state: state, change: change, origin: origin, at: now, actor: actor, merged: merged)
    transitions = new.transitions(since: old, at: now).enumerated().map { place, step in
      Transition(step.fields, of: new, place: place, at: step.at, on: zone.day(at: step.at), actor: actor)
    }
    topics = new.topics(since: old)
    event = topics.isEmpty ? [] : Self.event(of: new, new.changes(since: old), by: actor, state: state)
  }

  /// What the purge of an entity adds: nothing of its content.
  ///
  /// - Parameters:
  ///   - remains: What is left of it.
  ///   - last: Its last state before, for what analytics have to know of its end.
  init<E: Entity>(
    purging last: E, to remains: E, since old: E, change: String, origin: Ledger.Origin, at now: Instant,
    in zone: TimeZone,
    actor: String
  ) {
    collection = E.collection
    id = remains.id
    expected = old.revision
    state = remains.fields.json
    revision = Revision(
      of: remains, since: old, state: state, change: change, origin: origin, at: now, actor: actor, merged: nil,
      isPurge: true)
    transitions =
      last.transition(since: old).map {
        [Transition(Erasure.stripped($0), of: remains, place: 0, at: now, on: zone.day(at: now), actor: actor)]
      } ?? []
    topics = E.noun == BranchedItem.noun ? [] : ["\(E.noun):purged"]
    event = (["id": .string(remains.id), "actor": .string(actor)] as Fields).json
  }

  /// How many bytes it will write, about.
  var size: Int {
    let steps = transitions.reduce(0) { $0 + $1.json.count }
    return state.count + revision.json.count + steps + event.count * topics.count + 512
  }

  func writeOperations(to json: inout JSONWriter) {
    json.put(state, collection, id, expected: expected)
    json.put(revision.json, Revision.collection, revision.id, expected: nil)
    for transition in transitions {
      json.put(transition.json, Transition.collection, transition.id, expected: nil)
    }
  }

  func writeEvents(to json: inout JSONWriter) {
    for topic in topics { json.event(topic, event) }
  }

  /// The data of the events: `{id,key,project,actor,revision,changes:{field:[old,new]},<noun>}`.
  private static func event<E: Entity>(
    of entity: E, _ changes: Changes, by actor: String, state: [UInt8]
  ) -> [UInt8] {
    var json = JSONWriter(capacity: state.count + 512)
    json.beginObject()
    json.member("id", entity.id)
    json.member("key", entity.key)
    // An event of a project holds the project itself under this name.
    if E.noun != "project" { json.member("project", entity.project) }
    json.member("actor", actor)
    json.member("revision", entity.revision)
    json.key("changes" as StaticString)
    json.changes(changes)
    json.key(E.noun)
    json.raw(state)
    json.endObject()
    return Array(json.bytes)
  }
}

extension JSONWriter {
  /// Writes an operation that stores a document.
  ///
  /// - Parameter expected: Its revision before; nil when it must be new.
  fileprivate mutating func put(_ document: [UInt8], _ collection: String, _ id: String, expected: Int64?) {
    beginObject()
    member("collection", collection)
    member("id", id)
    key("expected" as StaticString)
    if let expected { int(expected) } else { string("absent") }
    key("put" as StaticString)
    raw(document)
    endObject()
  }
}
