import Interchange
import PluginKit

/// Parameters, schemas and examples of the service `imports`.
enum ImportText {
  static let id = Parameter.string("id", "The id that begin has answered", schema: #"{"minLength":1,"maxLength":36}"#)

  static func doc(of format: ImportFormat) -> String {
    switch format {
    case .original: "The SQLite file of the TypeScript original, as bytes"
    case .todo: "A Markdown file with checkbox lists"
    case .todoTxt: "A todo.txt file"
    case .taskMaster: "The tasks.json of task-master"
    case .github: "Issues as GitHub's REST API or gh issue list --json gives them"
    case .jira: "The CSV of Jira Server, Data Center or Cloud"
    case .linear: "The CSV of Linear"
    case .taskwarrior: "What task export of Taskwarrior writes"
    case .vibeKanban: "The issues.csv in the archive that Vibe Kanban exports"
    case .json: "Our own tasks as JSON, a list or one to a line"
    case .csv: "Our own tasks as CSV"
    }
  }

  /// What an import begins with.
  static let opening: [Parameter] = [
    .string("format", "What the content is", schema: TaskText.schema(of: ImportFormat.allCases)),
    .string("timeZone", "The zone of times without one; the project's when left out", optional: true),
    .string(
      "dateOrder", "Which number comes first in a date such as 03/04/2026", defaultValue: DateOrder.dayFirst.rawValue,
      schema: TaskText.schema(of: DateOrder.allCases)),
    .json(
      "statuses", "Our status for words of the source, such as {\"Ready for QA\":\"testing\"}", optional: true,
      schema:
        #"{"type":"object","maxProperties":200,"additionalProperties":\#(TaskText.schema(of: TaskStatus.allCases))}"#),
    .string(
      "repository", "owner/name, for issues of GitHub that do not say where they are from", optional: true,
      schema: #"{"minLength":3,"maxLength":200}"#),
    .bool("dryRun", "Answer the same report and change nothing", defaultValue: false),
    TaskText.project,
  ]

  static let content: [Parameter] = [
    .string("content", "The content, where it is text", optional: true),
    .bytes("data", "The content as bytes, instead of text", optional: true),
  ]

  private static let integers = #"{"type":"object","additionalProperties":{"type":"integer"}}"#

  private static func list(_ properties: String) -> String {
    #"{"type":"array","items":{"type":"object","properties":{\#(properties)}}}"#
  }

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"project":{"type":"string","format":"uuid"},
      "format":\#(TaskText.schema(of: ImportFormat.allCases)),"options":{"type":"object"},
      "dryRun":{"type":"boolean"},"status":\#(TaskText.schema(of: ImportItem.Status.allCases)),
      "error":{"type":"string"},
      "received":{"type":"integer","description":"Bytes that the host has; the next piece begins there"},
      "applied":{"type":"integer","description":"Items of the content that are stored"},
      "counts":{"type":"object","properties":{
        \#(ImportCounts.Kind.allCases.map { #""\#($0.rawValue)":{"type":"integer"}"# }.joined(separator: ","))}},
      "report":{"type":"object","properties":{
        "read":\#(integers),
        "fields":\#(list(#""source":{"type":"string"},"target":{"type":["string","null"]},"count":{"type":"integer"},"example":{"type":"string"}"#)),
        "terms":\#(list(#""field":{"type":"string"},"source":{"type":"string"},"target":{"type":["string","null"]},"basis":{"enum":["known","category","unknown"]},"count":{"type":"integer"}"#)),
        "problems":\#(list(#""row":{"type":"integer"},"message":{"type":"string"}"#)),
        "problemCount":{"type":"integer"},
        "skipped":\#(list(#""reason":{"type":"string"},"count":{"type":"integer"}"#)),
        "duplicates":\#(list(#""source":{"type":"string"},"row":{"type":"integer"}"#)),
        "duplicateCount":{"type":"integer"},
        "notes":{"type":"array","items":{"type":"string"}}}},
      "createdAt":{"type":"string","format":"date-time"},"updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","project","format","options","dryRun","status","received","applied","counts"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object"}},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let formatsSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{
      "format":{"type":"string"},"doc":{"type":"string"}},"required":["format","doc"]}}},"required":["items"]}
    """#

  static let formatsExamples: String = {
    let items = ImportFormat.allCases.map { #"{"format":"\#($0.rawValue)","doc":"\#(doc(of: $0))"}"# }
    return #"[{"args":{},"result":{"items":[\#(items.joined(separator: ","))]}}]"#
  }()

  private static let counts = ImportCounts.Kind.allCases.map { (kind) -> String in
    #""\#(kind.rawValue)":\#([.tasksCreated, .doneWithoutDate].contains(kind) ? 1 : 0)"#
  }.joined(separator: ",")

  static let runExamples = #"""
    [{"args":{"format":"todo","content":"- [x] Write it down\n","dryRun":true},"result":\#(dry)},
     {"args":{"format":"todo"},"error":"invalid_argument"},
     {"args":{"format":"punch_cards","content":""},"error":"invalid_argument"},
     {"args":{"format":"github","content":"no JSON"},"error":"invalid_argument"}]
    """#

  private static let dry = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","project":"0190a5e2-7c11-7a3b-9f5e-000000000000","format":"todo",
     "options":{"dateOrder":"day_first"},"dryRun":true,"status":"finished","received":20,"applied":1,
     "counts":{\#(counts)},
     "report":{"read":{"tasks":1,"projects":0,"people":0,"sprints":0,"comments":0,"links":0,"timeEntries":0},
      "fields":[],"terms":[{"field":"status","source":"done","target":"done","basis":"known","count":1}],"problems":[],
      "problemCount":0,"skipped":[],"duplicates":[],"duplicateCount":0,"notes":[]}}
    """#

  static let beginExamples = #"""
    [{"args":{"format":"jira","project":"NOWHERE"},"error":"not_found"},
     {"args":{"format":"jira","timeZone":"Mars/Olympus"},"error":"invalid_argument"},
     {"args":{"format":"jira","statuses":{"Open":"nearly_done"}},"error":"invalid_argument"}]
    """#

  static let absent = #"[{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61"},"error":"not_found"}]"#
  static let feedExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","offset":0,"content":"a"},"error":"not_found"},
     {"args":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","offset":-1,"content":"a"},"error":"invalid_argument"}]
    """#
  static let listExamples = #"[{"args":{},"result":{"items":[],"next":null}}]"#

  static let progressSchema = #"""
    {"type":"object","properties":{"id":{"type":"string"},"project":{"type":"string"},"received":{"type":"integer"},
      "applied":{"type":"integer"},"counts":\#(integers)},"required":["id","project","received","applied","counts"]}
    """#

  static let progressExample = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","project":"0190a5e2-7c11-7a3b-9f5e-000000000000","received":1048576,
     "applied":2400,"counts":{"tasksCreated":2400}}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"import":\#(schema)},
     "required":["id","key","project","actor","revision","changes","import"]}
    """#

  static let event = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:ada","revision":3,"changes":{"status":["receiving","finished"]},"import":\#(dry)}
    """#
}
