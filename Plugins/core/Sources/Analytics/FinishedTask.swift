import PluginKit

/// A task that was finished, as its last transition tells.
struct FinishedTask: Sendable {
  let task: String
  let key: String
  let day: Day
  let type: String
  let assignee: String?
  let storyPoints: Double?
  let estimatedHours: Double?
  /// From its creation to its completion, in hours.
  let leadHours: Double?
  /// From the first time that work on it began to its completion, in hours.
  let cycleHours: Double?
  /// How long somebody was working on it, in hours: it was in progress or in testing.
  let activeHours: Double?

  init?(_ transition: JSONValue) {
    guard let task = transition["task"].string, let day = transition["day"].string.flatMap({ Day($0) }) else {
      return nil
    }
    func hours(_ name: String) -> Double? { transition[name].double.map { $0 / 3_600_000 } }
    self.task = task
    key = transition["key"].string ?? ""
    self.day = day
    type = transition["type"].string ?? ""
    assignee = transition["assignee"].string
    storyPoints = transition["storyPoints"].double
    estimatedHours = transition["estimatedHours"].double
    leadHours = hours("lead")
    cycleHours = hours("cycle")
    activeHours = hours("active")
  }

  /// The share of its cycle time in which somebody was working on it, 0 to 1 (Modig and Åhlström, "This is Lean",
  /// 2012); nil when it never was in progress.
  var flowEfficiency: Double? {
    guard let cycleHours, cycleHours > 0, let activeHours else { return nil }
    return min(1, activeHours / cycleHours)
  }
}
