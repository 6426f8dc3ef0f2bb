import PluginKit

/// Parameters, schemas and examples of the service `people`.
enum PersonText {
  static let id = Parameter.string("id", "The id or the handle")
  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the person has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)
  static let name = HumanText.schema(maxLength: 200)
  static let kind = #"{"enum":["person","agent"]}"#

  /// The parameters for what can be set when a person is made and later.
  static let fields: [Parameter] = [
    .string("kind", "Whether it is a person or an agent; a person when left out", optional: true, schema: kind),
    .string(
      "email", "Where mail goes", optional: true,
      schema: #"""
        {"maxLength":254,"pattern":"^[^@\\s]+@[^@\\s]+$","x-must":"be an e-mail address such as name@example.org"}
        """#),
    .double(
      "hoursPerDay", "Hours of a workday that go into tasks; the project's when left out", optional: true,
      schema: #"{"minimum":0,"maximum":24}"#),
    .string(
      "timeZone", "The IANA time zone in which the person lives", optional: true,
      schema: ZoneName.schema
    ),
    .json(
      "absences", "The days on which there is no time, both ends included", optional: true,
      schema: #"{"type":"array","maxItems":500,"items":{"type":"object","properties":{"from":{"type":"string","#
        + #""format":"date"},"to":{"type":"string","format":"date"},"reason":"#
        + HumanText.schema(maxLength: 200) + #"},"required":["from","to"],"additionalProperties":false}}"#),
  ]

  // MARK: Results

  static let schema = object(required: #"["id","kind","handle","name","absences","createdAt","updatedAt","revision"]"#)
  static let callerSchema = object(required: #"["kind","handle","name","absences"]"#)

  private static func object(required: String) -> String {
    #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},
      "kind":\#(kind),
      "handle":{"type":"string"},
      "name":{"type":"string"},
      "email":{"type":"string"},
      "hoursPerDay":{"type":"number"},
      "timeZone":{"type":"string"},
      "absences":{"type":"array","items":{"type":"object"}},
      "createdAt":{"type":"string","format":"date-time"},
      "updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":\#(required)}
    """#
  }

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":\#(schema)},"next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let eventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},"actor":{"type":"string"},
      "revision":{"type":"integer"},"changes":{"type":"object"},"person":{"type":"object"}},
     "required":["id","actor","revision","changes","person"]}
    """#

  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f70","key":"","project":"","actor":"user:ada","revision":1,
     "changes":\#(changes),"person":\#(grace)}
    """#
  }

  // MARK: Examples

  static let createExamples = #"""
    [{"args":{"handle":"Grace","name":"Grace Hopper","hoursPerDay":5.5,"timeZone":"America/New_York",
       "absences":[{"from":"2026-12-24","to":"2027-01-02","reason":"Holidays"}]},"result":\#(grace)},
     {"args":{"handle":"claude","kind":"agent"},"result":\#(claude)},
     {"args":{"handle":"GRACE"},"error":"already_exists"},
     {"args":{"handle":"me"},"error":"invalid_argument"},
     {"args":{"handle":"two words"},"error":"invalid_argument"},
     {"args":{"handle":"far","timeZone":"Mars/Olympus"},"error":"invalid_argument"},
     {"args":{"handle":"x","absences":[{"from":"2026-02-02","to":"2026-02-01"}]},"error":"invalid_argument"}]
    """#

  static let getExamples = #"""
    [{"args":{"id":"grace"},"result":\#(grace)},
     {"args":{"id":"nobody"},"error":"not_found"}]
    """#

  static let meExamples = #"[{"args":{}}]"#

  static let listExamples = #"""
    [{"args":{"kind":"agent"},"result":{"items":[\#(claude)],"next":null}},
     {"args":{"kind":"robot"},"error":"invalid_argument"}]
    """#

  static let updateExamples = #"""
    [{"args":{"id":"claude","name":"Claude","revision":1},"result":\#(renamed)},
     {"args":{"id":"claude","name":null},"error":"invalid_argument"},
     {"args":{"id":"claude","name":"Somebody","revision":1},"error":"aborted"},
     {"args":{"id":"nobody","name":"Nobody"},"error":"not_found"}]
    """#

  static let deleteExamples = #"""
    [{"args":{"id":"claude"}},
     {"args":{"id":"claude"},"error":"not_found"}]
    """#

  private static let grace = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f70","kind":"person","handle":"grace","name":"Grace Hopper",
     "hoursPerDay":5.5,"timeZone":"America/New_York",
     "absences":[{"from":"2026-12-24","to":"2027-01-02","reason":"Holidays"}],
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#

  private static let claude = agent("claude", 1)
  private static let renamed = agent("Claude", 2)

  private static func agent(_ name: String, _ revision: Int) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f71","kind":"agent","handle":"claude","name":"\#(name)","absences":[],
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":\#(revision)}
    """#
  }
}
