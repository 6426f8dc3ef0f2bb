/// The examples of the service `sprints`. They hold one after the other on a fresh store, in the order in which the
/// methods are declared.
enum SprintExamples {
  static let create = #"""
    [{"args":{"name":"Sign-in","goal":"People can sign in","startDate":"2026-03-02","endDate":"2026-03-13"},
      "result":\#(planned)},
     {"args":{"name":"Backwards","startDate":"2026-03-13","endDate":"2026-03-02"},"error":"invalid_argument"},
     {"args":{"name":"Endless","startDate":"2026-01-01","endDate":"2028-01-01"},"error":"invalid_argument"},
     {"args":{"name":"No such day","startDate":"2026-02-30"},"error":"invalid_argument"}]
    """#

  static let get = #"""
    [{"args":{"id":"orc-s1"},"result":\#(planned)},
     {"args":{"id":"ORC-S99"},"error":"not_found"}]
    """#

  static let list = #"""
    [{"args":{"status":"planned"},"result":{"items":[\#(planned)],"next":null}},
     {"args":{"status":"completed"},"result":{"items":[],"next":null}},
     {"args":{"status":"late"},"error":"invalid_argument"}]
    """#

  static let update = #"""
    [{"args":{"id":"ORC-S1","capacity":40},"result":\#(sprint(2, #""capacity":40,"#))},
     {"args":{"id":"ORC-S1","startDate":null},"error":"invalid_argument"},
     {"args":{"id":"ORC-S1","goal":"Another","revision":1},"error":"aborted"}]
    """#

  static let addTasks = #"""
    [{"args":{"id":"ORC-S1","tasks":["ORC-999"]},"error":"not_found"},
     {"args":{"id":"ORC-S99","tasks":["ORC-1"]},"error":"not_found"},
     {"args":{"id":"ORC-S1","tasks":[]},"error":"invalid_argument"}]
    """#

  static let removeTasks = #"""
    [{"args":{"id":"ORC-S1","tasks":["ORC-999"]},"error":"not_found"}]
    """#

  static let start = #"""
    [{"args":{"id":"ORC-S1"},"result":\#(begun)},
     {"args":{"id":"ORC-S1"},"error":"failed_precondition"},
     {"args":{"id":"ORC-S99"},"error":"not_found"}]
    """#

  static let active = #"""
    [{"args":{},"result":\#(begun)},
     {"args":{"project":"nowhere"},"error":"not_found"}]
    """#

  static let end = #"""
    [{"args":{"id":"ORC-S1","carryOver":"next"},"error":"failed_precondition"},
     {"args":{"id":"ORC-S1"},"result":\#(over)},
     {"args":{"id":"ORC-S1"},"error":"failed_precondition"}]
    """#

  static let retrospective = #"""
    [{"args":{"id":"ORC-S1","whatWentWell":["Pairing"],"actionItems":["Smaller tasks"]},
      "result":\#(sprint(5, retrospected))},
     {"args":{"id":"ORC-S1","whatWentWell":[""]},"error":"invalid_argument"}]
    """#

  static let capacity = #"""
    [{"args":{"id":"ORC-S99"},"error":"not_found"}]
    """#

  static let chart = #"""
    [{"args":{"id":"ORC-S99"},"error":"not_found"}]
    """#

  static let velocity = #"""
    [{"args":{"last":3},"result":{"project":"0190a5e2-7c11-7a3b-9f5e-000000000000","unit":"hours","sprints":[
       {"sprint":\#(brief),"planned":0,"completed":0,"added":0,"removed":0,"carriedOver":0}],
      "range":{"p15":0,"p50":0,"p85":0,"samples":1}}},
     {"args":{"last":0},"error":"invalid_argument"}]
    """#

  static let report = #"""
    [{"args":{"id":"ORC-S1"},"result":{"sprint":\#(brief),"unit":"hours","status":"completed",
      "goal":"People can sign in","planned":0,"completed":0,"remaining":0,"added":0,"removed":0,"reestimated":0,
      "completionRate":null,"completedTasks":[],"incompleteTasks":[],"cancelledTasks":[],"blockedTasks":[],
      "scopeChanges":[],"velocity":{"p15":0,"p50":0,"p85":0,"samples":1},
      "cycleTime":{"unit":"hours","count":0,"p50":null,"p85":null,"p95":null},
      "retrospective":{"whatWentWell":["Pairing"],"actionItems":["Smaller tasks"]}}},
     {"args":{"id":"ORC-S99"},"error":"not_found"}]
    """#

  static let delete = #"""
    [{"args":{"id":"ORC-S1"},"result":null},
     {"args":{"id":"ORC-S1"},"error":"not_found"}]
    """#

  /// The data of an event about the sprint of the first example.
  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-S1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:ada","revision":1,"changes":\#(changes),"sprint":\#(planned)}
    """#
  }

  private static let brief = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-S1","name":"Sign-in","startDate":"2026-03-02",
     "endDate":"2026-03-13"}
    """#

  private static let planned = sprint(1, "")
  private static let begun = sprint(
    3, #""capacity":40,"activeIn":"\#(project)","startedAt":"\#(time)","committed":[],"#, status: "active")
  private static let over = sprint(4, outcome)
  private static let retrospected =
    outcome
    + #""retrospective":{"whatWentWell":["Pairing"],"actionItems":["Smaller tasks"]},"#

  private static let outcome = #"""
    "capacity":40,"startedAt":"\#(time)","endedAt":"\#(time)","committed":[],"completed":[],"carriedOver":[],
    "metrics":{"planned":\#(none),"added":\#(none),"removed":\#(none),"reestimated":\#(none),"completed":\#(none),
     "carriedOver":\#(none),"scopeChanges":0},
    """#

  private static let none = #"{"hours":0,"points":0,"count":0}"#
  private static let project = "0190a5e2-7c11-7a3b-9f5e-000000000000"
  private static let time = "2026-01-31T09:30:00.000Z"

  private static func sprint(_ revision: Int, _ members: String, status: String? = nil) -> String {
    let status = status ?? (revision < 3 ? "planned" : "completed")
    return #"""
      {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-S1","project":"\#(project)","name":"Sign-in",
       "goal":"People can sign in","status":"\#(status)","startDate":"2026-03-02","endDate":"2026-03-13",
       \#(members)"createdAt":"\#(time)","updatedAt":"\#(time)","revision":\#(revision)}
      """#
  }
}
