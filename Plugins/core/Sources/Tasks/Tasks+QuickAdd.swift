import PluginKit

/// Tasks in one line.
extension Tasks {
  func quickAdd(_ call: Call) async throws(Failure) {
    let (text, project) = (try call.string("text"), try projects.project(of: call))
    try await ledger.answer(call, "tasks.quickAdd") { [self] transaction throws(Failure) in
      let today = project.zone.day(at: transaction.now)
      var line = QuickAdd(text, today: today, hoursPerDay: project.hoursPerDay)
      if let name = line.fields["parentTask"]?.string {
        let parent = try await transaction.find(Reference(name), as: TaskItem.self)
        if parent?.isDeleted != false || parent?.project != project.id {
          line = QuickAdd(text, today: today, hoursPerDay: project.hoursPerDay, takesParent: false)
        }
      }
      var given = line.fields
      given["type"] = .string(TaskType.todo.rawValue)
      given["title"] = .string(line.title)
      return try await make(given, in: project, transaction).fields.json
    }
  }
}

extension Core {
  @MethodBuilder<Core> static var quickAddMethods: [Method<Core>] {
    Method.async(
      "quickAdd", [.write, .creates],
      doc: "Makes a to-do of one line, such as: Fix login @ada #api !high ~2h due:fri parent:ORC-3 +auth.",
      route: "POST /api/tasks/quick",
      parameters: [
        .string(
          "text",
          "The title, and marks: @who #label !priority ~2h or ~3p due:day parent:key +component; others stay in it",
          schema: HumanText.schema(maxLength: 500)),
        TaskText.project, TaskText.reason, TaskText.idempotencyKey,
      ],
      result: .json(schema: TaskText.schema), examples: QuickAddText.examples
    ) { core, call in
      try await core.tasks.quickAdd(call)
    }
  }
}

/// Examples of what begins with `tasks.quickAdd`. They happen in the project that the examples of `projects` made.
enum QuickAddText {
  static let examples = #"""
    [{"args":{"text":"Fix login @ada #auth !high ~1h30m due:2026-01-30 +web","project":"api"},"result":\#(login())},
     {"args":{"text":"Call Bob !soon due:someday","project":"api"},"result":\#(bob)},
     {"args":{"text":" "},"error":"invalid_argument"}]
    """#

  static let bob = #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5fb1","key":"API-2","project":"0190a5e2-7c11-7a3b-9f5e-000000000001",
     "type":"todo","title":"Call Bob !soon due:someday","status":"todo","priority":"low","labels":[],"rank":"a2",
     "progress":0,"createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":1}
    """#

  static func login(
    _ revision: Int = 1, type: String = "todo", status: String = "todo", progress: Int = 0, _ members: String = ""
  ) -> String {
    #"""
    {"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5fb0","key":"API-1","project":"0190a5e2-7c11-7a3b-9f5e-000000000001",
     "type":"\#(type)","title":"Fix login","status":"\#(status)","priority":"high","assignee":"ada","component":"web",
     "labels":["auth"],"rank":"a1","estimatedHours":1.5,"dueDate":"2026-01-30",\#(members)"progress":\#(progress),
     "createdAt":"2026-01-31T09:30:00.000Z","updatedAt":"2026-01-31T09:30:00.000Z","revision":\#(revision)}
    """#
  }
}
