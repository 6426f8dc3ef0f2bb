import PluginKit

/// Examples of the service `tasks`. They build on each other in the order of the declarations, in a store whose default
/// project has the key ORC.
extension TaskText {
  static let createExamples = #"""
    [{"args":{"title":"Write the release notes"},"result":\#(notes)},
     {"args":{"title":"Ship 1.0","type":"epic","status":"backlog","priority":"high","labels":["release"],
       "estimatedHours":16.5,"dueDate":"2026-01-31"},"result":\#(release(1, #""dueDate":"2026-01-31","#))},
     {"args":{"title":"  "},"error":"invalid_argument"},
     {"args":{"title":"Build a time machine","estimatedHours":-1},"error":"invalid_argument"},
     {"args":{"title":"Celebrate","dueDate":"2026-02-30"},"error":"invalid_argument"},
     {"args":{"title":"Do it yesterday","status":"done"},"error":"invalid_argument"},
     {"args":{"title":"Go elsewhere","project":"NOWHERE"},"error":"not_found"}]
    """#

  static let getExamples = #"""
    [{"args":{"id":"orc-1"},"result":\#(notes)},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let listExamples = #"""
    [{"args":{"label":"release"},"result":{"items":[\#(release(1, #""dueDate":"2026-01-31","#))],"next":null}},
     {"args":{"status":["todo","review"]},"result":{"items":[\#(notes)],"next":null}},
     {"args":{"assignee":"ada"},"result":{"items":[],"next":null}},
     {"args":{"parentTask":"orc-1"},"result":{"items":[],"next":null}},
     {"args":{"parentTask":"ORC-999"},"error":"not_found"},
     {"args":{"sprint":"ORC-S99"},"error":"not_found"},
     {"args":{"status":"nearly_done"},"error":"invalid_argument"},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let updateExamples = #"""
    [{"args":{"id":"ORC-2","dueDate":null,"storyPoints":8,"revision":1},"result":\#(release(2, #""storyPoints":8,"#))},
     {"args":{"id":"ORC-2","title":"Ship 1.0 at last","revision":1},"error":"aborted"},
     {"args":{"id":"ORC-2","title":null},"error":"invalid_argument"},
     {"args":{"id":"ORC-2","status":"done"},"error":"failed_precondition"},
     {"args":{"id":"ORC-999","title":"Nothing"},"error":"not_found"}]
    """#

  static let setStatusExamples = #"""
    [{"args":{"id":"ORC-1","status":"in_progress"},"result":\#(started)},
     {"args":{"id":"ORC-1","status":"backlog"},"error":"failed_precondition"},
     {"args":{"id":"ORC-1","status":"nearly_done"},"error":"invalid_argument"},
     {"args":{"id":"ORC-999","status":"done"},"error":"not_found"}]
    """#

  static let completeExamples = #"""
    [{"args":{"id":"ORC-1","reason":"They are online"},"result":\#(completed)},
     {"args":{"id":"ORC-1","revision":1},"error":"aborted"},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let moveExamples = #"""
    [{"args":{"id":"ORC-2","before":"ORC-1"},"result":\#(moved)},
     {"args":{"id":"ORC-2"},"error":"invalid_argument"},
     {"args":{"id":"ORC-2","after":"ORC-2"},"error":"failed_precondition"},
     {"args":{"id":"ORC-2","after":"ORC-999"},"error":"not_found"}]
    """#

  static let bulkExamples = #"""
    [{"args":{"ids":["ORC-999"],"patch":{"priority":"high"}},"error":"not_found"},
     {"args":{"ids":["ORC-2","orc-2"],"patch":{"priority":"high"}},"error":"invalid_argument"},
     {"args":{"ids":["ORC-2"],"patch":{"status":"nearly_done"}},"error":"invalid_argument"},
     {"args":{"ids":[],"patch":{}},"error":"invalid_argument"}]
    """#

  static let rollupExamples = #"""
    [{"args":{"id":"ORC-1"},"result":{"task":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-1","count":0,"done":0,
      "cancelled":0,"progress":100,"estimatedHours":0,"actualHours":0,"storyPoints":0,"withoutEstimate":0}},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let pathExamples = #"""
    [{"args":{},"result":{"unit":"hours","hours":0,"withoutEstimate":0,"items":[]}},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let addLinkExamples = #"""
    [{"args":{"id":"ORC-2","other":"ORC-1","kind":"relatedTo"},"result":\#(linked)},
     {"args":{"id":"ORC-2","other":"ORC-2"},"error":"invalid_argument"},
     {"args":{"id":"ORC-2","other":"ORC-999"},"error":"not_found"},
     {"args":{"id":"ORC-2","other":"ORC-1","kind":"like"},"error":"invalid_argument"}]
    """#

  static let removeLinkExamples = #"""
    [{"args":{"id":"ORC-2","other":"ORC-1","kind":"relatedTo"},"result":\#(unlinked)},
     {"args":{"id":"ORC-999","other":"ORC-1","kind":"relatedTo"},"error":"not_found"}]
    """#

  static let archiveExamples = #"""
    [{"args":{"id":"ORC-2"},"result":\#(archived)},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let restoreExamples = #"""
    [{"args":{"id":"ORC-2"},"result":\#(restored)},
     {"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  static let deleteExamples = #"""
    [{"args":{"id":"ORC-999"},"error":"not_found"}]
    """#

  /// The data of an event about the task of the first example.
  static func event(_ changes: String) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "actor":"user:ada","revision":1,"changes":\#(changes),"task":\#(notes)}
    """#
  }

  private static let notes = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "type":"task","title":"Write the release notes","status":"todo","priority":"medium","labels":[],"rank":"a1",
     "progress":0,"createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#

  private static let started = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "type":"task","title":"Write the release notes","status":"in_progress","priority":"medium","labels":[],
     "rank":"a1","startDate":"2026-01-31T09:30:00.000Z","startedAt":"2026-01-31T09:30:00.000Z",
     "statusSince":"2026-01-31T09:30:00.000Z","progress":0,"createdAt":"2026-01-31T09:30:00.000Z",
     "updatedAt":"2026-01-31T09:30:00.000Z","revision":2}
    """#

  private static let completed = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "type":"task","title":"Write the release notes","status":"done","priority":"medium","labels":[],
     "rank":"a1","startDate":"2026-01-31T09:30:00.000Z","completedDate":"2026-01-31T09:30:00.000Z","startedAt":"2026-01-31T09:30:00.000Z",
     "statusSince":"2026-01-31T09:30:00.000Z","activeTime":1,"progress":100,
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":3}
    """#

  private static let moved = release(3, #""storyPoints":8,"#, rank: "I")
  private static let linked = release(
    4, #""storyPoints":8,"relatedTo":["0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60"],"#, rank: "I")
  private static let unlinked = release(5, #""storyPoints":8,"#, rank: "I")
  private static let archived = release(
    6, #""storyPoints":8,"hidden":"archived","hiddenAt":"2026-01-31T09:30:00.000Z","#, rank: "I")
  private static let restored = release(7, #""storyPoints":8,"#, rank: "I")

  private static func release(_ revision: Int, _ members: String, rank: String = "a2") -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f61","key":"ORC-2","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
     "type":"epic","title":"Ship 1.0","status":"backlog","priority":"high","labels":["release"],"rank":"\#(rank)",
     "estimatedHours":16.5,
     \#(members)"progress":0,"createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z",
     "revision":\#(revision)}
    """#
  }
}
