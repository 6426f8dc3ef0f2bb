import PluginKit

/// The hours that people have in a stretch of days.
struct SprintCapacity: Sendable, Equatable {
  /// Somebody who works on the sprint.
  struct Person: Sendable, Equatable {
    var handle: String
    var hoursPerDay: Double
    /// First and last day of each absence; both belong to it. They may overlap.
    var absences: [(from: Day, to: Day)] = []

    static func == (left: Person, right: Person) -> Bool {
      left.handle == right.handle && left.hoursPerDay == right.hoursPerDay
        && left.absences.elementsEqual(right.absences, by: ==)
    }
  }

  struct Share: Sendable, Equatable {
    let handle: String
    /// Workdays on which the person is there.
    let workdays: Int
    /// Workdays on which the person is absent.
    let absentDays: Int
    let hours: Double
  }

  /// Workdays of the project, holidays left out.
  let workdays: Int
  let shares: [Share]
  var hours: Double { shares.reduce(0) { $0 + $1.hours } }

  init(_ people: [Person], days: ClosedRange<Day>, isWorkday: (Day) -> Bool) {
    let workdays = (0...(days.upperBound - days.lowerBound)).map { days.lowerBound + $0 }.filter(isWorkday)
    self.workdays = workdays.count
    shares = people.map { person in
      let absent = workdays.count { day in person.absences.contains { $0.from <= day && day <= $0.to } }
      let present = workdays.count - absent
      return Share(
        handle: person.handle, workdays: present, absentDays: absent, hours: Double(present) * person.hoursPerDay)
    }
  }
}

extension SprintCapacity.Person {
  /// Reads a stored person.
  ///
  /// - Parameter hoursPerDay: Those of the project, for a person who has none.
  /// - Returns: nil for an agent without hours of its own: it has no workday.
  init?(_ person: Fields, hoursPerDay: Double) {
    guard let hours = person["hoursPerDay"]?.double ?? (person["kind"] == "agent" ? nil : hoursPerDay) else {
      return nil
    }
    handle = person["handle"]?.string ?? person["id"]?.string ?? ""
    self.hoursPerDay = hours
    absences = (person["absences"]?.array ?? []).compactMap { absence in
      guard let from = absence.object?["from"]?.string.flatMap({ Day($0) }) else { return nil }
      return (from, absence.object?["to"]?.string.flatMap { Day($0) } ?? from)
    }
  }
}
