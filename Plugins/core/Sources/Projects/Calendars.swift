import PluginKit

/// The time zones of the projects: where their days begin.
@Loop
final class Calendars {
  private var zones: [String: TimeZone] = [:]

  /// The zone of a project; UTC for one that is not known, or whose zone the system no longer has.
  func zone(of project: String) -> TimeZone { zones[project] ?? .utc }

  /// Takes note of a project, new or changed.
  func learn(_ project: ProjectItem) {
    zones[project.id] = project.fields["timeZone"]?.string.flatMap { TimeZone($0) } ?? .utc
  }
}
