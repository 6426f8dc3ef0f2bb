import PluginKit

/// Prompts of MCP clients: what is to be done, and beside it what has to be known for it.
@Loop
final class Prompts {
  private let host: Host

  init(host: Host) { self.host = host }

  /// Declares all.
  func start() throws(Failure) {
    try host.prompt(
      "plan_sprint", "Plan a sprint: what to take on, given what the team can do.", title: "Plan a sprint",
      arguments: [MCPArgument("sprint", "The id or key of the sprint; the next one when left out", optional: true)],
      complete: { [host] call in try await Resources.complete(call, from: "sprints.list", on: host) },
      handler: { [unowned self] call in try await planSprint(call) })
    try taskPrompt(
      "break_down_task", "Break a task down into parts that can each be done and checked.", title: "Break down a task",
      Self.breakDown, with: [.links])
    try taskPrompt(
      "review_attempt", "Review what was done for a task against what it asks for.", title: "Review an attempt",
      Self.review, with: [.history, .comments])
    try taskPrompt(
      "hand_off", "Write what somebody has to know who goes on with a task.", title: "Hand off",
      Self.handOff, with: [.history, .comments, .links])
    try host.prompt(
      "daily_report", "Report on the day: what was done, what is next, what is in the way.", title: "Daily report"
    ) { [unowned self] call in try await dailyReport(call) }
  }

  // MARK: Of a task

  private enum Part { case history, comments, links }

  private func taskPrompt(
    _ name: String, _ doc: String, title: String, _ words: String, with parts: [Part]
  ) throws(Failure) {
    try host.prompt(
      name, doc, title: title, arguments: [MCPArgument("task", "The id or key of the task, such as ORC-42")],
      complete: { [host] call in try await Resources.complete(call, from: "tasks.list", on: host) },
      handler: { [unowned self] call in try await ofTask(call, words, parts) })
  }

  private func ofTask(_ call: MCPCall, _ words: String, _ parts: [Part]) async throws -> MCPAnswer {
    let id = try call.string("task")
    let task = try await host.call("tasks.get", Resources.arguments("id", id), context: call.context)
    let fields = try host.parse(task)
    let key = fields["key"].string ?? id
    var pieces: [MCPContent] = [.text(words), Self.resource("orchestron://tasks/\(key)", task.text)]
    for part in parts {
      switch part {
      case .history:
        pieces.append(try await read("history.list", Resources.arguments("id", key), "The history of \(key)", call))
      case .comments:
        pieces.append(try await read("comments.list", Resources.arguments("task", key), "The comments on \(key)", call))
      case .links:
        pieces.append(
          try await read(
            "tasks.list", Resources.arguments("parentTask", key), "The parts that \(key) has already", call))
      }
    }
    return .messages(pieces, description: "\(key): \(fields["title"].string ?? "")")
  }

  // MARK: Of the plan

  private func planSprint(_ call: MCPCall) async throws -> MCPAnswer {
    var pieces: [MCPContent] = [.text(Self.plan)]
    if let sprint = call.argument("sprint"), !sprint.isEmpty {
      let arguments = Resources.arguments("id", sprint)
      let found = try await host.call("sprints.get", arguments, context: call.context)
      pieces.append(Self.resource("orchestron://sprints/\(sprint)", found.text))
      pieces.append(try await read("sprints.capacity", arguments, "What the team can do in \(sprint)", call))
    } else {
      pieces.append(try await read("sprints.list", #"{"status":"planned"}"#, "The sprints that are planned", call))
    }
    pieces.append(try await read("sprints.velocity", "{}", "What the last sprints have completed", call))
    pieces.append(
      try await read(
        "tasks.list", #"{"status":["backlog","todo","blocked"],"sprint":"none","order":"rank","limit":100}"#,
        "The backlog", call)
    )
    return .messages(pieces, description: "A proposal for a sprint")
  }

  private func dailyReport(_ call: MCPCall) async throws -> MCPAnswer {
    let summary = try await host.call("reports.summary", #"{"period":"day"}"#, context: call.context)
    let report = try host.parse(summary)["text"].string ?? summary.text
    let pieces = [
      .text(Self.daily), .text(report),
      try await read("sprints.active", "{}", "The sprint that runs, or null", call),
      try await read(
        "tasks.list", #"{"status":["in_progress","review","testing","blocked"]}"#, "The tasks under way", call),
    ]
    return .messages(pieces, description: "A report on the day")
  }

  /// What a method answers, as a message that says what it is.
  private func read(_ method: String, _ arguments: String, _ what: String, _ call: MCPCall) async throws -> MCPContent {
    let body = try await host.call(method, arguments, context: call.context)
    return .text("\(what):\n\n\(body.text)")
  }

  private static func resource(_ uri: String, _ json: String) -> MCPContent {
    .resource(uri, text: json, type: Resources.type)
  }
}

// MARK: - The words

extension Prompts {
  private static let plan = """
    Plan a sprint. Propose a goal in a sentence, and the tasks that serve it: from the top of the backlog, within what \
    the team has shown that it completes, with what they depend on before them. Say what you leave out and why, and what \
    you are unsure of. Ask before you change anything; then use tasks and sprints by their keys.
    """

  private static let breakDown = """
    Break this task down into parts. Each part is one result that somebody can check, small enough for a day or two, with \
    a title that says the result, an estimate, and what it depends on. Leave no gap: together they are the task. Show the \
    list first; once it is agreed to, create the parts with the task as their parentTask.
    """

  private static let review = """
    Review what was done for this task. Compare it with what the task asks for, point by point: what is met and how you \
    know, what is missing, what was done beyond it. Name the evidence; what you cannot check, say so. End with one of: \
    accept, accept with notes, or return with the changes that are needed.
    """

  private static let handOff = """
    Write a hand-off for whoever goes on with this task and knows nothing of it: the aim, how things stand, what was tried \
    and decided and why, what is open, the next step, and whom to ask. Take it from what follows, and invent nothing.
    """

  private static let daily = """
    Write a report on the day for the team, in at most fifteen lines: what was finished, what is under way, what is in \
    the way and who could help, and what comes next. Name tasks by their keys. Take it from what follows alone.
    """
}
