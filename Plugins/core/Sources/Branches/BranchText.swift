import PluginKit

/// Parameters, schemas and examples of the service `branches`.
enum BranchText {
  static let id = Parameter.string("id", "The name or id of a branch")
  static let name = #"""
    {"pattern":"^[a-z0-9][a-z0-9._/-]{0,63}$",
     "x-must":"be 1 to 64 small letters, digits and . _ / -, such as next/plan-b"}
    """#

  static let schema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"name":{"type":"string"},"project":{"type":"string","format":"uuid"},
      "description":{"type":"string"},"status":{"enum":["open","merged"]},
      "mergedAt":{"type":"string","format":"date-time"},"createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},"revision":{"type":"integer"}},
     "required":["id","name","project","status","createdAt","updatedAt","revision"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let diffSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(HistoryText.changedSchema)},
      "next":{"type":["string","null"]}},"required":["items","next"]}
    """#

  static let mergeSchema = #"""
    {"type":"object","properties":{"branch":{"type":"string"},"dryRun":{"type":"boolean"},
      "merged":{"type":"array","items":{"type":"object"}},
      "conflicts":{"type":"array","items":{"type":"object","properties":{"entity":{"type":"string"},
       "key":{"type":"string"},"field":{"type":"string"},"base":{},"ours":{},"theirs":{},
       "take":{"enum":["ours","theirs"]}},"required":["entity","field","base","ours","theirs"]}},
      "kept":{"type":"array","items":{"type":"object"}}},
     "required":["branch","dryRun","merged","conflicts","kept"]}
    """#

  static let resolutions = #"""
    {"type":"array","maxItems":1000,"items":{"type":"object","properties":{"entity":{"type":"string"},
      "field":{"type":"string"},"take":{"enum":["ours","theirs"]}},"required":["entity","field","take"],
      "additionalProperties":false}}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"branch":\#(schema)},
     "required":["id","key","project","actor","revision","changes","branch"]}
    """#

  // MARK: Examples

  static let createExamples = #"""
    [{"args":{"name":"without-ada","description":"What if Ada leaves?"},"result":\#(branch)},
     {"args":{"name":"without-ada"},"error":"already_exists"},
     {"args":{"name":"main"},"error":"already_exists"},
     {"args":{"name":"Not a name"},"error":"invalid_argument"}]
    """#
  static let getExamples = #"""
    [{"args":{"id":"without-ada"},"result":\#(branch)},
     {"args":{"id":"nowhere"},"error":"not_found"}]
    """#
  static let listExamples = #"""
    [{"args":{},"result":{"items":[\#(branch)],"next":null}},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#
  static let diffExamples = #"""
    [{"args":{"id":"without-ada"},"result":{"items":[],"next":null}},
     {"args":{"id":"nowhere"},"error":"not_found"}]
    """#
  static let mergeExamples = #"""
    [{"args":{"id":"without-ada","dryRun":true},
      "result":{"branch":"without-ada","dryRun":true,"merged":[],"conflicts":[],"kept":[]}},
     {"args":{"id":"nowhere"},"error":"not_found"}]
    """#
  static let deleteExamples = #"""
    [{"args":{"id":"without-ada"},"result":null},
     {"args":{"id":"without-ada"},"error":"not_found"}]
    """#

  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"without-ada",
     "project":"0190a5e2-7c11-7a3b-9f5e-000000000000","actor":"user:ada","revision":1,"changes":\#(changes),
     "branch":\#(branch)}
    """#
  }

  private static let branch = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","name":"without-ada",
     "project":"0190a5e2-7c11-7a3b-9f5e-000000000000","description":"What if Ada leaves?","status":"open",
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#
}
