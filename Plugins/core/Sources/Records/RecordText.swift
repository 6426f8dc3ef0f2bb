import PluginKit

/// Parameters, schemas and examples of the service `records`.
enum RecordText {
  static let id = Parameter.string("id", "The id or the key, such as ORC-R7")
  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the record has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)

  static let link: [Parameter] = [
    id, .string("target", "The id or key of the record or task that it is about"),
    .string(
      "relation", "What the record is to it", defaultValue: RecordItem.Relation.relates.rawValue,
      schema: TaskText.schema(of: RecordItem.Relation.allCases)),
    revision, TaskText.reason,
  ]

  static func fields(isNew: Bool) -> [Parameter] {
    [
      .string("title", "What it says, in a line", optional: !isNew, schema: TaskText.title),
      .string("kind", "What it tells of", optional: true, schema: TaskText.schema(of: RecordItem.Kind.allCases)),
      .string("body", "All that is to be said, in Markdown", optional: true, schema: #"{"maxLength":100000}"#),
      .string(
        "severity", "How bad it is", optional: true, schema: TaskText.schema(of: RecordItem.Severity.allCases)),
      .string("component", "The part of the product that it is about", optional: true, schema: TaskText.name),
      .json(
        "labels", "Words to find it by", optional: true,
        schema: HumanText.listSchema(maxLength: 64, maxItems: 50)),
      .json(
        "data", "Whatever else belongs to it: figures of a benchmark, alternatives", optional: true,
        schema: #"{"type":"object"}"#),
      .json(
        "tasks", "The ids or keys of the tasks that it belongs to", optional: true,
        schema: #"{"type":"array","items":{"type":"string"},"maxItems":500,"uniqueItems":true}"#),
      .string("source", "Where it comes from", optional: true, schema: #"{"maxLength":2000}"#),
    ]
  }

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"key":{"type":"string"},"project":{"type":"string","format":"uuid"},
      "kind":\#(TaskText.schema(of: RecordItem.Kind.allCases)),"title":{"type":"string"},"body":{"type":"string"},
      "severity":\#(TaskText.schema(of: RecordItem.Severity.allCases)),"component":{"type":"string"},
      "labels":{"type":"array","items":{"type":"string"}},"data":{"type":"object"},"pattern":{"type":"string"},
      "tasks":{"type":"array","items":{"type":"string"}},
      "links":{"type":"array","items":{"type":"object","properties":{
        "relation":\#(TaskText.schema(of: RecordItem.Relation.allCases)),"target":{"type":"string"}}}},
      "source":{"type":"string"},"createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},"revision":{"type":"integer"}},
     "required":["id","key","project","kind","title","labels","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let patternSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{
      "pattern":{"type":"string"},"count":{"type":"integer"},"first":{"type":"string"},"last":{"type":"string"}}}},
     "next":{"type":"null"}},"required":["items","next"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"record":\#(schema)},
     "required":["id","key","project","actor","revision","changes","record"]}
    """#

  static let createExamples = #"""
    [{"args":{"title":"Timeout after 30 s at 0x7f3a","kind":"error","severity":"high"},"result":\#(error)},
     {"args":{"title":"Gossip","kind":"gossip"},"error":"invalid_argument"},
     {"args":{"title":"Of nobody","tasks":["ORC-999"]},"error":"not_found"}]
    """#

  static func event(_ revision: Int) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-R1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:ada","revision":\#(revision),"changes":{"severity":[null,"high"]},"record":\#(error)}
    """#
  }

  private static let error = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-R1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "kind":"error","title":"Timeout after 30 s at 0x7f3a","severity":"high","labels":[],
     "pattern":"timeout after NUM s at 0xADDR","createdAt":"2026-01-31T09:30:00.000Z",
     "updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#
}
