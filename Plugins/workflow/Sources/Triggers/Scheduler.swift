import PluginKit

/// Begins the runs of schedules when they are due.
@Loop
final class Scheduler {
  /// What is later than this was missed: the host was not there.
  private static let grace: Int64 = 60_000
  /// The clock may be set, so that nobody sleeps longer.
  private static let longestSleep: Int64 = 30_000

  private let host: Host
  private let catalogue: Catalogue
  private let projects: ProjectCache
  private let launcher: Launcher
  private var due: [Key: Instant?] = [:]
  private var generation = -1
  private var timer: Timer?

  private struct Key: Hashable {
    let workflow: String
    let trigger: Int
  }

  init(host: Host, catalogue: Catalogue, projects: ProjectCache, launcher: Launcher) {
    self.host = host
    self.catalogue = catalogue
    self.projects = projects
    self.launcher = launcher
  }

  /// Begins what is due, and sleeps until the next is.
  func refresh() {
    timer?.stop()
    if generation != catalogue.generation { forget() }
    var next: Instant?
    for workflow in catalogue.enabled {
      for (index, trigger) in workflow.definition.triggers.enumerated() {
        guard case .schedule(let cron, let ownZone, let project, let catchUp) = trigger else { continue }
        let key = Key(workflow: workflow.id, trigger: index)
        let zone = ownZone ?? zone(of: project)
        var moment = due[key] ?? cron.next(after: last(workflow, index), in: zone)
        if let late = moment, late <= Instant.now {
          begin(workflow, index, cron, project, at: late, catchUp)
          moment = cron.next(after: .now, in: zone)
        }
        due.updateValue(moment, forKey: key)
        if let moment { next = min(next ?? moment, moment) }
      }
    }
    guard let next else { return }
    let milliseconds = min(max(next.milliseconds - Instant.now.milliseconds, 1), Scheduler.longestSleep)
    timer = try? host.after(milliseconds: Int(milliseconds)) { [self] in refresh() }
  }

  /// Computes everything anew: a project has another time zone.
  func forget() {
    due = [:]
    generation = catalogue.generation
  }

  func stop() {
    timer?.stop()
    timer = nil
  }

  private func last(_ workflow: Workflow, _ index: Int) -> Instant {
    let since = workflow.enabledAt ?? workflow.updatedAt
    return max(workflow.progress.schedules[index] ?? since, since)
  }

  private func zone(of project: String?) -> TimeZone {
    projects.project(project)?["timeZone"]?.string.flatMap { TimeZone($0) } ?? .utc
  }

  private func begin(
    _ workflow: Workflow, _ index: Int, _ cron: Cron, _ project: String?, at moment: Instant, _ catchUp: Bool
  ) {
    let now = Instant.now
    catalogue.note(workflow.id) { $0.schedules[index] = now }
    let isMissed = now.milliseconds - moment.milliseconds > Scheduler.grace
    if isMissed, !catchUp { return }
    var data: Fields = ["cron": .string(cron.text), "dueAt": .string(moment.text), "missed": .bool(isMissed)]
    if let id = projects.project(project)?["id"] { data["project"] = id }
    let occurrence = Occurrence(
      topic: "schedule", time: moment, source: "workflow", actor: "system", data: data)
    launcher.consider(occurrence, of: workflow, trigger: index)
  }
}
