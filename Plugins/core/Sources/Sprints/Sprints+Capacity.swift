import PluginKit

/// What a team can do in a sprint.
extension Sprints {
  func capacity(_ call: Call) async throws(Failure) {
    let sprint = try await sprint(of: call)
    let project = projects[sprint.project]
    let people = try await people(of: sprint, project, call.context)
    // Without anybody known, somebody works the hours of the project.
    let hours = SprintCapacity(
      people.isEmpty ? [.init(handle: "", hoursPerDay: project.hoursPerDay)] : people,
      days: sprint.startDate...max(sprint.startDate, sprint.endDate), isWorkday: project.isWorkday)
    let past = project.unit == .hours ? [] : try await ended(in: project.id, limit: 10, call.context)
    let (capacity, source): (Double?, String) =
      if let given = sprint.capacity {
        (given, "given")
      } else if project.unit == .hours {
        (hours.hours, people.isEmpty ? "project" : "people")
      } else if let median = Velocity(past, in: project.unit).percentile(0.5) {
        (median, "velocity")
      } else {
        (nil, "none")
      }
    let scope = try await scope(of: sprint, call.context).scope[project.unit]
    let unestimated = try await unestimated(in: sprint, project.unit, call.context)
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.identity(of: sprint, project.unit)
    json.amount("capacity", capacity)
    json.member("source", source)
    json.member("workdays", hours.workdays)
    json.amount("hours", hours.hours)
    json.key("people" as StaticString)
    json.beginArray()
    for share in people.isEmpty ? [] : hours.shares { json.share(share) }
    json.endArray()
    json.amount("scope", scope)
    json.amount("load", capacity.flatMap { $0 > 0 ? scope / $0 : nil })
    json.member("unestimated", unestimated)
    json.endObject()
    call.answer(json)
  }

  /// Who works on a sprint: those whom it names, or everybody who is known.
  private func people(
    of sprint: SprintItem, _ project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> [SprintCapacity.Person] {
    var query = Documents.Query(PersonItem.collection)
    query.match("hidden", .null)
    let named = sprint.fields["people"]?.array
    return try await documents.all(query, context).filter { person in
      guard let named else { return true }
      return named.contains { $0 == person["id"] || $0 == person["handle"] }
    }.compactMap { SprintCapacity.Person($0, hoursPerDay: project.hoursPerDay) }
  }
}

extension JSONWriter {
  fileprivate mutating func share(_ share: SprintCapacity.Share) {
    beginObject()
    member("handle", share.handle)
    member("workdays", share.workdays)
    member("absentDays", share.absentDays)
    amount("hours", share.hours)
    endObject()
  }
}
