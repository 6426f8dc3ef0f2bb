import PluginKit

/// Parameters, schemas and examples of this plugin's services.
enum AuthText {
  static let limit = Parameter.int(
    "limit", "The most of a page", defaultValue: 50, schema: #"{"minimum":1,"maximum":500}"#)
  static let cursor = Parameter.string("cursor", "The next of the page before", optional: true)
  static let userID = Parameter.string("id", "The id or the name of the user", schema: #"{"maxLength":100}"#)
  static let revision = Parameter.int(
    "revision", "The revision that the change is made for; when the user has another, nothing is changed",
    optional: true, schema: #"{"minimum":1}"#)

  static func user(_ doc: String) -> Parameter {
    .string("user", doc, optional: true, schema: #"{"maxLength":100}"#)
  }

  // MARK: Schemas

  static let password = #"{"minLength":10,"maxLength":1024}"#
  static let scopes = #"{"type":"array","maxItems":50,"items":{"type":"string","maxLength":80}}"#
  static let identities = #"""
    {"type":["array","null"],"maxItems":20,"items":{"type":"object","additionalProperties":false,
     "required":["issuer","subject"],"properties":{
      "issuer":{"type":"string","maxLength":500},"subject":{"type":"string","minLength":1,"maxLength":255}}}}
    """#
  static let auditKind = #"{"enum":[\#(AuditEntry.Kind.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ","))]}"#

  static func page(of item: String) -> String {
    #"{"type":"object","properties":{"items":{"type":"array","items":\#(item)},"next":{"type":["string","null"]}},"#
      + #""required":["items","next"]}"#
  }

  static let caller = #"""
    {"type":"object","properties":{
      "actor":{"type":"string"},"behalf":{"type":["string","null"]},"role":{"type":["string","null"]},
      "rights":{"type":"string","description":"Words with spaces between them; * is everything"}},
     "required":["actor","behalf","role","rights"]}
    """#

  static let code = #"""
    {"type":"object","properties":{
      "code":{"type":"string"},"link":{"type":"string"},"expiresAt":{"type":"string","format":"date-time"}},
     "required":["code","link","expiresAt"]}
    """#

  static let localToken = #"""
    {"type":"object","properties":{"token":{"type":"string"},"file":{"type":"string"}},"required":["token","file"]}
    """#

  static let session = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"user":{"type":"string"},
      "via":{"type":"string","description":"password, code, or the name of who signs people in"},
      "address":{"type":"string"},"agent":{"type":"string"},"createdAt":{"type":"string","format":"date-time"},
      "seenAt":{"type":"string","format":"date-time"},"expiresAt":{"type":"string","format":"date-time"}},
     "required":["id","user","via","address","agent","createdAt","seenAt","expiresAt"]}
    """#

  static let userSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string","format":"uuid"},"name":{"type":"string"},"role":\#(Role.schema),
      "email":{"type":"string"},"disabled":{"type":"boolean"},"hasPassword":{"type":"boolean"},
      "identities":{"type":"array","items":{"type":"object"}},"lastSignInAt":{"type":"string","format":"date-time"},
      "createdAt":{"type":"string","format":"date-time"},"updatedAt":{"type":"string","format":"date-time"},
      "revision":{"type":"integer"}},
     "required":["id","name","role","disabled","hasPassword","identities","createdAt","updatedAt","revision"]}
    """#

  private static let tokenProperties = #"""
    "id":{"type":"string","format":"uuid"},"name":{"type":"string"},"user":{"type":"string"},
    "scopes":{"type":"array","items":{"type":"string"}},"expiresAt":{"type":"string","format":"date-time"},
    "lastUsedAt":{"type":"string","format":"date-time"},"createdAt":{"type":"string","format":"date-time"},
    "revision":{"type":"integer"}
    """#

  static let token = #"""
    {"type":"object","properties":{\#(tokenProperties)},"required":["id","name","user","scopes","createdAt","revision"]}
    """#

  static let newToken = #"""
    {"type":"object","properties":{\#(tokenProperties),"token":{"type":"string"}},
     "required":["id","name","user","scopes","createdAt","revision","token"]}
    """#

  static let jwt = #"""
    {"type":"object","properties":{
      "token":{"type":"string"},"expiresAt":{"type":"string","format":"date-time"},
      "scopes":{"type":"array","items":{"type":"string"}}},
     "required":["token","expiresAt","scopes"]}
    """#

  // MARK: Examples, on a fresh store, in the order of the declarations

  static let whoamiExamples = #"[{"args":{}}]"#
  static let codeExamples = #"[{"args":{}}]"#
  static let sessionsExamples = #"""
    [{"args":{},"result":{"items":[],"next":null}},{"args":{"limit":501},"error":"invalid_argument"},
     {"args":{"cursor":"not-a-cursor"},"error":"invalid_argument"}]
    """#
  static let absentExamples = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60"},"error":"not_found"}]
    """#
  static let signOutExamples = #"[{"args":{},"result":null}]"#
  static let passwordExamples = #"""
    [{"args":{"current":"what it was","password":"short"},"error":"invalid_argument"}]
    """#
  static let auditExamples = #"""
    [{"args":{"kind":"keysRotated"},"result":{"items":[],"next":null}},
     {"args":{"kind":"lunch"},"error":"invalid_argument"}]
    """#

  static let createUserExamples = #"""
    [{"args":{"name":"Ada","role":"maintainer","email":"ada@example.org"},"result":\#(ada(revision: 1))},
     {"args":{"name":"ada"},"error":"already_exists"},
     {"args":{"name":"a b"},"error":"invalid_argument"},
     {"args":{"name":"bob","role":"king"},"error":"invalid_argument"},
     {"args":{"name":"bob","password":"bob-bob-bob-bob"},"error":"invalid_argument"}]
    """#
  static let getUserExamples = #"""
    [{"args":{"id":"ada"},"result":\#(ada(revision: 1))},{"args":{"id":"nobody"},"error":"not_found"}]
    """#
  static let listUsersExamples = #"""
    [{"args":{"role":"maintainer"},"result":{"items":[\#(ada(revision: 1))],"next":null}},
     {"args":{"role":"viewer"},"result":{"items":[],"next":null}}]
    """#
  static let updateUserExamples = #"""
    [{"args":{"id":"ada","role":"viewer","revision":1},"result":\#(ada("viewer", revision: 2))},
     {"args":{"id":"ada","role":"admin","revision":1},"error":"aborted"},
     {"args":{"id":"nobody","disabled":true},"error":"not_found"}]
    """#
  static let setPasswordExamples = #"""
    [{"args":{"id":"ada","password":"correct horse battery"},"result":null},
     {"args":{"id":"ada","password":"aaaaaaaaaaaa"},"error":"invalid_argument"},
     {"args":{"id":"nobody"},"error":"not_found"}]
    """#
  static let deleteUserExamples = #"""
    [{"args":{"id":"ada","revision":7},"error":"aborted"},{"args":{"id":"ada"},"result":null},
     {"args":{"id":"ada"},"error":"not_found"}]
    """#

  static let createTokenExamples = #"""
    [{"args":{"name":"build","scopes":["read","tasks:write"]}},
     {"args":{"name":"build","scopes":["tasks:dance"]},"error":"invalid_argument"},
     {"args":{"name":"build","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"},"error":"invalid_argument"},
     {"args":{"name":"build","scopes":["read"],"user":"nobody"},"error":"not_found"}]
    """#
  static let listTokensExamples = #"""
    [{"args":{"user":"nobody"},"error":"not_found"},{"args":{"limit":0},"error":"invalid_argument"}]
    """#
  static let jwtExamples = #"""
    [{"args":{"scopes":["read"],"seconds":60}},{"args":{"scopes":["tasks:dance"]},"error":"invalid_argument"}]
    """#
  static let rotateExamples = #"[{"args":{},"result":null}]"#

  private static func ada(_ role: String = "maintainer", revision: Int) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","name":"ada","role":"\#(role)","email":"ada@example.org",
     "disabled":false,"hasPassword":false,"identities":[],"createdAt":"2026-01-31T09:30:00.000Z",
     "updatedAt":"2026-01-31T09:30:00.000Z","revision":\#(revision)}
    """#
  }
}
