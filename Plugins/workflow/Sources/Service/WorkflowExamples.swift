import PluginKit

/// Examples of the service `workflows`. They build on each other in the order of the declarations, in a fresh store.
enum WorkflowExamples {
  static let create = #"""
    [{"args":{"name":"greet","triggers":[{"type":"manual"}],
       "stages":[{"name":"say","actions":[{"name":"hello","action":"notify",
         "with":{"message":"Hello ${ event.data.name }"}}]}]},
      "result":\#(greet(revision: 1))},
     {"args":{"name":"greet","triggers":[{"type":"manual"}],
       "stages":[{"name":"say","actions":[{"name":"hello","action":"notify","with":{"message":"Hi"}}]}]},
      "error":"already_exists"},
     {"args":{"name":"bad","triggers":[{"type":"schedule","cron":"60 * * * *"}],
       "stages":[{"name":"say","actions":[{"name":"hello","action":"notify","with":{"message":"${ nobody }"}}]}]},
      "error":"invalid_argument"},
     {"args":{"name":"idle","triggers":[{"type":"manual"}],"stages":[]},"error":"invalid_argument"}]
    """#

  static let get = #"""
    [{"args":{"id":"greet"},"result":\#(greet(revision: 1))},
     {"args":{"id":"nothing"},"error":"not_found"}]
    """#

  static let list = #"""
    [{"args":{"enabled":true},"result":{"items":[],"next":null}},
     {"args":{"limit":501},"error":"invalid_argument"},
     {"args":{"cursor":"not-a-cursor"},"error":"invalid_argument"}]
    """#

  static let update = #"""
    [{"args":{"id":"greet","description":"Greets somebody","revision":1},
      "result":\#(greet(#""description":"Greets somebody","#, revision: 2))},
     {"args":{"id":"greet","description":"Greets everybody","revision":1},"error":"aborted"},
     {"args":{"id":"greet","condition":"task.key ="},"error":"invalid_argument"},
     {"args":{"id":"nothing","description":"x"},"error":"not_found"}]
    """#

  static let apply = #"""
    [{"args":{"definition":"{\"name\":\"tidy\",\"triggers\":[{\"type\":\"manual\"}],\"stages\":[{\"name\":\"ask\",\"actions\":[{\"name\":\"look\",\"action\":\"call\",\"with\":{\"method\":\"workflows.list\"}}]}]}"},
      "result":\#(tidy)},
     {"args":{"definition":"name: tidy\ntriggers:\n  - type: manual\nstages:\n  - name: ask\n    actions:\n      - name: look\n        action: call\n        with: { method: workflows.list }\n"},
      "result":\#(tidy)},
     {"args":{"definition":"{\"name\":"},"error":"invalid_argument"}]
    """#

  static let enable = #"""
    [{"args":{"id":"greet"}},
     {"args":{"id":"nothing"},"error":"not_found"}]
    """#

  static let disable = #"""
    [{"args":{"id":"tidy"},"result":\#(tidy)},
     {"args":{"id":"nothing"},"error":"not_found"}]
    """#

  static let delete = #"""
    [{"args":{"id":"tidy","revision":7},"error":"aborted"},
     {"args":{"id":"tidy"},"result":null},
     {"args":{"id":"tidy"},"error":"not_found"}]
    """#

  static let run = #"""
    [{"args":{"id":"greet","data":{"name":"Ada"}}},
     {"args":{"id":"progress-tracking"},"error":"failed_precondition"},
     {"args":{"id":"nothing"},"error":"not_found"}]
    """#

  static let test = #"""
    [{"args":{"id":"greet","event":{"data":{"name":"Ada"}}},
      "result":{"trigger":0,"condition":true,"stages":[{"name":"say","runs":true,"actions":[
        {"name":"hello","action":"notify","runs":true,"with":{"message":"Hello Ada"}}]}]}},
     {"args":{},"error":"invalid_argument"},
     {"args":{"id":"nothing"},"error":"not_found"}]
    """#

  static let runs = #"""
    [{"args":{"workflow":"greet","status":"failed"},"result":{"items":[],"next":null}},
     {"args":{"status":"asleep"},"error":"invalid_argument"}]
    """#

  static let getRun = #"""
    [{"args":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60"},"error":"not_found"}]
    """#

  static let cancelRun = getRun
  static let retryRun = getRun

  // MARK: Events

  static let changeSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"key":{"type":"string"},"actor":{"type":"string"},"revision":{"type":"integer"},
      "changes":{"type":"object"},"reason":{"type":"string"},"workflow":{"type":"object"}},
     "required":["id","key","actor","revision","changes","workflow"]}
    """#

  static let change = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"greet","actor":"user:ada","revision":2,
     "changes":{"description":[null,"Greets somebody"]},
     "workflow":\#(greet(#""description":"Greets somebody","#, revision: 2))}
    """#

  static let runEventSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"name":{"type":"string"},"actor":{"type":"string"},"depth":{"type":"integer"},
      "run":{"type":"object"}},
     "required":["id","name","actor","depth","run"]}
    """#

  static func runEvent(_ status: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","name":"greet",
     "actor":"workflow:0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","depth":0,
     "run":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","workflow":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60",
      "name":"greet","definition":1,"status":"\#(status)","trigger":{"type":"manual","index":0,"by":"user:ada"},
      "depth":0,"actor":"workflow:0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","startedAt":"2026-01-31T09:30:00.000Z"}}
    """#
  }

  static let stopSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"name":{"type":"string"},"actor":{"type":"string"},"depth":{"type":"integer"},
      "reason":{"enum":["depth","rate"]},"message":{"type":"string"},"event":{"type":"object"}},
     "required":["id","name","actor","depth","reason","message","event"]}
    """#

  static let stop = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","name":"greet",
     "actor":"workflow:0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","depth":9,"reason":"depth",
     "message":"workflow greet was stopped: more than 8 runs have caused each other; a workflow sets itself off",
     "event":{"topic":"task:updated","seq":42,"time":"2026-01-31T09:30:00.000Z","source":"core",
      "actor":"workflow:0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","data":{}}}
    """#

  static let noticeSchema = #"""
    {"type":"object","properties":{
      "id":{"type":"string"},"name":{"type":"string"},"run":{"type":"string"},"action":{"type":"string"},
      "actor":{"type":"string"},"depth":{"type":"integer"},"message":{"type":"string"},
      "to":{"type":"array"},"data":{}},
     "required":["id","name","run","action","actor","depth","message","to","data"]}
    """#

  static let notice = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","name":"greet","run":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61",
     "action":"hello","actor":"workflow:0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","depth":0,"message":"Hello Ada",
     "to":[],"data":null}
    """#

  // MARK: Workflows

  private static func greet(_ description: String = "", revision: Int) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","name":"greet",\#(description)
     "triggers":[{"type":"manual"}],
     "stages":[{"name":"say","actions":[{"name":"hello","action":"notify",
       "with":{"message":"Hello ${ event.data.name }"}}]}],
     "enabled":false,"createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":\#(revision),"runCount":0}
    """#
  }

  private static let tidy = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f62","name":"tidy","triggers":[{"type":"manual"}],
     "stages":[{"name":"ask","actions":[{"name":"look","action":"call","with":{"method":"workflows.list"}}]}],
     "enabled":false,"createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1,
     "runCount":0}
    """#
}
