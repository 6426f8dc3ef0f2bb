import PluginKit

/// Parameters, schemas and examples of the service `time`.
enum TimeText {
  static let id = Parameter.string("id", "The id of the entry")
  static let task = Parameter.string("task", "The id or key of the task")
  static let note = Parameter.string("note", "What was done", optional: true, schema: #"{"maxLength":2000}"#)
  static let hours = Parameter.double("hours", "How many hours it took", optional: true, schema: #"{"minimum":0}"#)
  static let minutes = Parameter.double(
    "minutes", "How many minutes it took, instead of the hours", optional: true, schema: #"{"minimum":0}"#)
  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the entry has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)
  static let day = #"{"format":"date"}"#
  static let moment = #"{"format":"date-time"}"#

  static func person(left standard: String) -> Parameter {
    .string("person", "A handle, me, or * for everybody's; \(standard) when left out", optional: true)
  }

  // MARK: Results

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "project":{"type":"string"},
      "task":{"type":"string"},
      "person":{"type":"string"},
      "running":{"type":"boolean"},
      "startTime":{"type":"string","format":"date-time"},
      "endTime":{"type":"string","format":"date-time"},
      "day":{"type":"string","format":"date"},
      "lastDay":{"type":"string","format":"date"},
      "hours":{"type":"number"},
      "note":{"type":"string"},
      "overlaps":{"type":"array","items":{"type":"string"}},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","project","task","person","day","lastDay","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  private static let sums = #"""
    {"type":"array","items":{"type":"object","properties":{"day":{"type":"string"},"task":{"type":"string"},
     "key":{"type":"string"},"title":{"type":"string"},"person":{"type":"string"},"hours":{"type":"number"},
     "entries":{"type":"array"}},"required":["hours"]}}
    """#

  static let timesheetSchema = #"""
    {"type":"object","properties":{
      "person":{"type":"string"},
      "from":{"type":"string","format":"date"},
      "to":{"type":"string","format":"date"},
      "hours":{"type":"number"},
      "days":\#(sums),
      "tasks":\#(sums),
      "people":\#(sums),
      "overlaps":{"type":"array","items":{"type":"object","properties":{
        "entries":{"type":"array","items":{"type":"string"}},"hours":{"type":"number"}},"required":["entries","hours"]}}},
     "required":["from","to","hours","days","tasks","people","overlaps"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"timeEntry":\#(schema)},
     "required":["id","project","actor","revision","changes","timeEntry"]}
    """#

  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f80","key":"","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:grace","revision":1,"changes":\#(changes),"timeEntry":\#(entry(1, "1.5", "The last words"))}
    """#
  }

  // MARK: Examples

  static let startExamples = #"""
    [{"args":{"task":"ORC-1"},"error":"failed_precondition"},
     {"args":{"task":"ORC-999"},"error":"not_found"}]
    """#

  static let stopExamples = #"""
    [{"args":{},"error":"failed_precondition"}]
    """#

  static let runningExamples = #"""
    [{"args":{"person":"*"},"result":{"items":[],"next":null}}]
    """#

  static let logExamples = #"""
    [{"args":{"task":"ORC-2","minutes":90,"day":"2026-01-30","person":"grace","note":"The last words"},
      "result":\#(entry(1, "1.5", "The last words"))},
     {"args":{"task":"ORC-2"},"error":"invalid_argument"},
     {"args":{"task":"ORC-2","hours":-1},"error":"invalid_argument"},
     {"args":{"task":"ORC-2","hours":25},"error":"invalid_argument"},
     {"args":{"task":"ORC-2","hours":1,"day":"2026-02-30"},"error":"invalid_argument"},
     {"args":{"task":"ORC-2","hours":1,"day":"2999-01-01"},"error":"invalid_argument"},
     {"args":{"task":"ORC-999","hours":1},"error":"not_found"}]
    """#

  static let getExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000"},"error":"not_found"}]
    """#

  static let listExamples = #"""
    [{"args":{"task":"ORC-2","from":"2026-01-26","to":"2026-02-01"},
      "result":{"items":[\#(entry(1, "1.5", "The last words"))],"next":null}},
     {"args":{"person":"nobody"},"result":{"items":[],"next":null}},
     {"args":{"task":"ORC-999"},"error":"not_found"}]
    """#

  static let updateExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000","hours":2},"error":"not_found"}]
    """#

  static let deleteExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-000000000000"},"error":"not_found"}]
    """#

  static let timesheetExamples = #"""
    [{"args":{"person":"grace","from":"2026-01-26","to":"2026-02-01"},"result":
      {"person":"grace","from":"2026-01-26","to":"2026-02-01","hours":1.5,
       "days":[{"day":"2026-01-30","hours":1.5,"entries":[{"person":"grace",
        "task":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","key":"ORC-2","title":"Ship 1.0","hours":1.5}]}],
       "tasks":[{"task":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","key":"ORC-2","title":"Ship 1.0","hours":1.5}],
       "people":[{"person":"grace","hours":1.5}],"overlaps":[]}},
     {"args":{"from":"2026-02-01","to":"2026-01-31"},"error":"invalid_argument"},
     {"args":{"from":"2020-01-01","to":"2026-01-31"},"error":"invalid_argument"}]
    """#

  private static func entry(_ revision: Int, _ hours: String, _ note: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f80","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "task":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","person":"grace","day":"2026-01-30","lastDay":"2026-01-30",
     "hours":\#(hours),"note":"\#(note)","createdAt":"2026-01-31T09:30:00.000Z",
     "updatedAt":"2026-01-31T09:30:00.000Z","revision":\#(revision)}
    """#
  }
}
