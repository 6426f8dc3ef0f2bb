import PluginKit

/// Parameters, schemas and examples of the service `history`.
enum HistoryText {
  static let id = Parameter.string("id", "The id of an entity, or its key, such as ORC-42")
  static let instant = #"{"type":"string","format":"date-time"}"#
  static let point = #"{"anyOf":[{"type":"integer","minimum":0},{"type":"string","format":"date-time"}]}"#

  private static let revisionMembers = #"""
    "entity":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},
    "revision":{"type":"integer"},"parent":{"type":"integer"},"merged":{"type":"string"},"change":{"type":"string"},
    "at":{"type":"string","format":"date-time"},"actor":{"type":"string"},"method":{"type":"string"},
    "reason":{"type":"string"},"purged":{"type":"boolean"}
    """#

  static let stateSchema = #"""
    {"type":"object","properties":{\#(revisionMembers),"state":{"type":"object"}},
     "required":["entity","kind","revision","change","at","actor","method","state"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{
      "items":{"type":"array","items":{"type":"object","properties":{\#(revisionMembers),"changes":{"type":"object"}},
       "required":["entity","kind","revision","change","at","actor","method"]}},
      "next":{"type":["string","null"]}},
     "required":["items","next"]}
    """#

  static let diffSchema = #"""
    {"anyOf":[
      {"type":"object","properties":{"entity":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},
        "from":{"type":["object","null"]},"to":{"type":"object"},"changes":{"type":"object"}},
       "required":["entity","kind","from","to","changes"]},
      {"type":"object","properties":{"from":{"type":"string"},"to":{"type":"string"},
        "items":{"type":"array","items":\#(changedSchema)},"next":{"type":["string","null"]}},
       "required":["from","to","items","next"]}]}
    """#

  /// An entity and what became of it.
  static let changedSchema = #"""
    {"type":"object","properties":{"entity":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},
      "what":{"enum":["added","changed","removed"]},"changes":{"type":"object"}},
     "required":["entity","kind","what","changes"]}
    """#

  static let blameSchema = #"""
    {"type":"object","properties":{"entity":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},
      "revision":{"type":"integer"},
      "fields":{"type":"object","additionalProperties":{"type":"object","properties":{"revision":{"type":"integer"},
       "at":{"type":"string"},"actor":{"type":"string"},"method":{"type":"string"},"reason":{"type":"string"},
       "change":{"type":"string"}},"required":["revision","at","actor","method","change"]}}},
     "required":["entity","kind","revision","fields"]}
    """#

  static let restoreSchema = #"""
    {"type":"object","properties":{"entity":{"type":"object"},"restored":{"type":"integer"},
      "kept":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"value":{},
       "reason":{"type":"string"}},"required":["field","value","reason"]}}},
     "required":["entity","restored","kept"]}
    """#

  static let undoSchema = #"""
    {"type":"object","properties":{"undone":{"type":"string"},"at":{"type":"string"},
      "items":{"type":"array","items":{"type":"object"}}},
     "required":["undone","at","items"]}
    """#

  static let purgeSchema = #"""
    {"type":"object","properties":{"entity":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},
      "project":{"type":"string"},"revision":{"type":"integer"},
      "erased":{"type":"boolean",
       "description":"Whether its bytes are gone from the store's files; otherwise the next start removes them"}},
     "required":["entity","kind","revision","erased"]}
    """#

  static let purgeEventSchema = #"""
    {"type":"object","properties":{"id":{"type":"string"},"actor":{"type":"string"}},"required":["id","actor"]}
    """#
  static let purgeEvent = #"{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","actor":"user:ada"}"#

  // MARK: Examples

  static let getExamples = #"""
    [{"args":{"id":"ORC","revision":1}},
     {"args":{"id":"ORC","revision":99},"error":"not_found"},
     {"args":{"id":"ORC","at":"2020-01-01T00:00:00Z"},"error":"not_found"},
     {"args":{"id":"ORC","revision":1,"at":"2020-01-01T00:00:00Z"},"error":"invalid_argument"},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let listExamples = #"""
    [{"args":{"actor":"user:nobody"},"result":{"items":[],"next":null}},
     {"args":{"id":"ORC-999"},"error":"not_found"},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let diffExamples = #"""
    [{"args":{"id":"ORC","from":1,"to":1},"result":{"entity":\#(uuid),"kind":"project","key":"ORC","project":\#(uuid),
      "to":\#(made),"from":\#(made),"changes":{}}},
     {"args":{},"error":"invalid_argument"},
     {"args":{"id":"ORC","from":99},"error":"not_found"}]
    """#

  static let blameExamples = #"""
    [{"args":{"id":"ORC"}},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let restoreExamples = #"""
    [{"args":{"id":"ORC","revision":99},"error":"not_found"},
     {"args":{"id":"ORC-999","revision":1},"error":"not_found"}]
    """#

  static let undoExamples = #"""
    [{"args":{"change":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60"},"error":"not_found"}]
    """#

  static let purgeExamples = #"""
    [{"args":{"id":"ORC-999"},"error":"not_found"},
     {"args":{"id":"ORC"},"error":"failed_precondition"}]
    """#

  static let checkoutExamples = #"""
    [{"args":{"at":"2020-01-01T00:00:00Z"},"result":{"items":[],"next":null}},
     {"args":{"branch":"nowhere"},"error":"not_found"}]
    """#

  /// How the default project was made.
  private static let made = #"""
    {"revision":1,"at":"2026-01-31T09:30:00.000Z","actor":"plugin:core","method":"projects.create","change":\#(uuid)}
    """#
  private static let uuid = #""0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60""#
}
