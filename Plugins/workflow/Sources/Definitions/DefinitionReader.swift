import PluginKit

extension Definition {
  /// How much a definition may hold.
  enum Limit {
    static let triggers = 20
    static let stages = 20
    static let actions = 50
    /// A week, in seconds.
    static let seconds: Int64 = 604_800
  }

  /// Reads and checks a definition.
  ///
  /// - Throws: All that is wrong with it.
  init(_ fields: Fields) throws(DefinitionError) {
    let problems = ObjectReader.Problems()
    let reader = ObjectReader(.object(fields), at: "", problems)
    name = reader.requiredName("name")
    if name != name.lowercased() { reader.note("name", "must be in lower case") }
    if ["apply", "runs", "test"].contains(name) {
      reader.note("name", "means something else in the addresses of REST")
    }
    description = reader.string("description", atMost: 2000) ?? ""
    triggers = reader.array("triggers", atMost: Limit.triggers).enumerated().compactMap { index, value in
      Trigger(ObjectReader(value, at: "/triggers/\(index)", problems))
    }
    condition = reader.condition("condition", Definition.conditionVariables)
    stages = reader.array("stages", atMost: Limit.stages).enumerated().map { index, value in
      Stage(ObjectReader(value, at: "/stages/\(index)", problems))
    }
    onFailure = reader.array("onFailure", atMost: Limit.actions).enumerated().map { index, value in
      Action(ObjectReader(value, at: "/onFailure/\(index)", problems), Definition.failureVariables)
    }
    timeoutSeconds = reader.int("timeoutSeconds", 1...Limit.seconds) ?? 3600
    reader.refuseOthers()
    if stages.isEmpty { reader.note("stages", "must have at least one stage") }
    if triggers.isEmpty, problems.list.isEmpty { reader.note("triggers", "must have at least one trigger") }
    Definition.refuseRepetition(stages, onFailure, problems)
    guard problems.list.isEmpty else { throw DefinitionError(problems: problems.list) }
    self.fields = fields.arranged(by: Definition.members)
  }

  /// Names stand for stages and actions in `steps` and in the history of runs.
  private static func refuseRepetition(_ stages: [Stage], _ onFailure: [Action], _ problems: ObjectReader.Problems) {
    var stageNames: Set<String> = []
    var actionNames: Set<String> = []
    func note(_ path: String, _ name: String) {
      problems.list.append(.init(path: "\(path)/name", message: "\"\(name)\" is the name of another one"))
    }
    func check(_ actions: [Action], at path: String) {
      for (index, action) in actions.enumerated() where !action.name.isEmpty {
        if !actionNames.insert(action.name).inserted { note("\(path)/\(index)", action.name) }
      }
    }
    for (index, stage) in stages.enumerated() {
      if !stage.name.isEmpty, !stageNames.insert(stage.name).inserted { note("/stages/\(index)", stage.name) }
      check(stage.actions, at: "/stages/\(index)/actions")
    }
    check(onFailure, at: "/onFailure")
    let count = stages.reduce(onFailure.count) { $0 + $1.actions.count }
    if count > Limit.actions {
      problems.list.append(.init(path: "/stages", message: "have more than \(Limit.actions) actions in all"))
    }
  }
}

extension Stage {
  fileprivate init(_ reader: ObjectReader) {
    name = reader.requiredName("name")
    condition = reader.condition("if", Definition.actionVariables)
    actions = reader.array("actions", atMost: Definition.Limit.actions).enumerated().map { index, value in
      Action(ObjectReader(value, at: "\(reader.path)/actions/\(index)", reader.problems), Definition.actionVariables)
    }
    timeoutSeconds = reader.int("timeoutSeconds", 1...Definition.Limit.seconds)
    reader.refuseOthers()
    if actions.isEmpty { reader.note("actions", "must have at least one action") }
  }
}

extension Trigger {
  fileprivate init?(_ reader: ObjectReader) {
    let type = reader.requiredString("type")
    defer { reader.refuseOthers() }
    switch type {
    case "event":
      let text = reader.requiredString("topic")
      guard let topic = TopicPattern(text) else {
        if !text.isEmpty { reader.note("topic", "is no topic; write one such as task:created, or task:*") }
        return nil
      }
      self = .event(topic: topic)
    case "status":
      self = .status(
        from: reader.strings("from", allowed: Trigger.statuses), to: reader.strings("to", allowed: Trigger.statuses),
        project: reader.string("project"))
    case "schedule":
      let text = reader.requiredString("cron")
      let zone = reader.string("timeZone")
      let project = reader.string("project")
      let catchUp = reader.bool("catchUp") ?? false
      if let zone, TimeZone(zone) == nil {
        reader.note("timeZone", "is no IANA time zone; write one such as Europe/Berlin")
      }
      do throws(CronError) {
        self = .schedule(try Cron(text), timeZone: zone.flatMap { TimeZone($0) }, project: project, catchUp: catchUp)
      } catch {
        if !text.isEmpty { reader.note("cron", "is not valid: \(error.message)") }
        return nil
      }
    case "manual": self = .manual
    case "checkpoint": self = .checkpoint(name: reader.string("checkpoint"))
    default:
      if !type.isEmpty { reader.note("type", "is no trigger", allowed: Trigger.types) }
      return nil
    }
  }

  /// The statuses of tasks.
  private static let statuses = [
    "backlog", "todo", "in_progress", "review", "testing", "blocked", "done", "cancelled",
  ]
}
