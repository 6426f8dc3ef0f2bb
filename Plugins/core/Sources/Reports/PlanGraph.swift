import PluginKit

/// Tasks and records as a graph.
struct PlanGraph: Sendable {
  struct Edge: Hashable {
    let source: String
    let target: String
    let relation: String
  }

  /// What is needed of tasks and of records.
  static let taskFields = [
    "id", "key", "type", "title", "status", "parentTask", "blockedBy", "duplicates", "relatedTo",
  ]
  static let recordFields = ["id", "key", "kind", "title", "links", "tasks"]

  private let tasks: [TaskItem]
  private let records: [RecordItem]

  init(tasks: [TaskItem], records: [RecordItem]) {
    self.tasks = tasks
    self.records = records
  }

  /// Those of which both ends are there.
  var edges: [Edge] {
    let known = Set(tasks.map(\.id) + records.map(\.id))
    var edges: [Edge] = []
    for task in tasks {
      if let parent = task.parentTask { edges.append(Edge(source: parent, target: task.id, relation: "parent_of")) }
      edges += task.references("blockedBy").map { Edge(source: $0, target: task.id, relation: "blocks") }
      edges += task.references("duplicates").map { Edge(source: task.id, target: $0, relation: "duplicates") }
      // Both sides know of it: one tells.
      edges += task.references("relatedTo").filter { task.id < $0 }
        .map { Edge(source: task.id, target: $0, relation: "relates") }
    }
    for record in records {
      edges += record.links.map { Edge(source: record.id, target: $0.target, relation: $0.relation) }
      edges += (record.fields["tasks"]?.array ?? []).compactMap(\.string)
        .map { Edge(source: record.id, target: $0, relation: "about") }
    }
    return edges.filter { known.contains($0.source) && known.contains($0.target) }
  }

  /// `{nodes:[{id,key,kind,title,status?}],edges:[{source,target,relation}],isWhole}`.
  ///
  /// - Parameter isWhole: Whether nothing was left out.
  func json(isWhole: Bool) -> [UInt8] {
    var json = JSONWriter(capacity: 1024 + tasks.count * 160)
    json.beginObject()
    json.key("nodes" as StaticString)
    json.beginArray()
    for task in tasks {
      json.beginObject()
      json.member("id", task.id)
      json.member("key", task.key)
      json.member("kind", task.type.rawValue)
      json.member("title", task.title)
      json.member("status", task.status.rawValue)
      json.endObject()
    }
    for record in records {
      json.beginObject()
      json.member("id", record.id)
      json.member("key", record.key)
      json.member("kind", record.kind.rawValue)
      json.member("title", record.fields["title"]?.string ?? "")
      json.endObject()
    }
    json.endArray()
    json.key("edges" as StaticString)
    json.beginArray()
    for edge in edges {
      json.beginObject()
      json.member("source", edge.source)
      json.member("target", edge.target)
      json.member("relation", edge.relation)
      json.endObject()
    }
    json.endArray()
    json.member("isWhole", isWhole)
    json.endObject()
    return Array(json.bytes)
  }
}
