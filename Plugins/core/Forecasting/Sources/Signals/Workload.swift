/// Numbers about how much a person has on the table, each with the threshold it is held against and where that comes from.
/// They describe work, not people: what they mean is for those to say whom they concern.
public struct Workload: Hashable, Sendable {
  /// What is known of one person.
  public struct Record: Hashable, Sendable {
    /// Items in progress now.
    public var inProgress: Int
    /// Items in progress on each past day.
    public var inProgressHistory: [Int]
    /// Hours logged in the current period, and the hours that the calendar gives the person in it.
    public var hoursLogged: Double
    public var hoursOfCapacity: Double
    /// The share of the hours logged outside of working hours, 0...1, in the current week.
    public var outOfHoursShare: Double
    /// The same of each past week.
    public var outOfHoursHistory: [Double]

    public init(
      inProgress: Int, inProgressHistory: [Int], hoursLogged: Double, hoursOfCapacity: Double,
      outOfHoursShare: Double, outOfHoursHistory: [Double]
    ) {
      self.inProgress = inProgress
      self.inProgressHistory = inProgressHistory
      self.hoursLogged = hoursLogged
      self.hoursOfCapacity = hoursOfCapacity
      self.outOfHoursShare = outOfHoursShare
      self.outOfHoursHistory = outOfHoursHistory
    }
  }

  public struct Indicator: Hashable, Sendable {
    public enum Name: Hashable, Sendable {
      case workInProgress
      case hoursOfCapacity
      case outOfHours
    }

    public let name: Name
    public let value: Double
    /// The value is high when it is above.
    public let threshold: Double
    /// Where the threshold comes from.
    public let source: String
    /// Past values behind the threshold; 0 for a fixed one.
    public let samples: Int

    public var isHigh: Bool { value > threshold }
  }

  /// Those for which there is enough to go by.
  public let indicators: [Indicator]

  /// - Throws: numbers that are negative or not numbers, shares above 1; too little for any indicator.
  public init(_ record: Record) throws(ForecastError) {
    guard record.inProgress >= 0, record.inProgressHistory.allSatisfy({ $0 >= 0 }) else {
      throw .invalid("inProgress and inProgressHistory count items; give numbers of at least 0")
    }
    try ForecastError.requireAmount(record.hoursLogged, "hoursLogged")
    try ForecastError.requireAmount(record.hoursOfCapacity, "hoursOfCapacity")
    let shares = [record.outOfHoursShare] + record.outOfHoursHistory
    guard shares.allSatisfy({ (0...1).contains($0) }) else {
      throw .invalid("outOfHoursShare and outOfHoursHistory are shares; give numbers of 0 to 1")
    }
    indicators = [
      Self.workInProgress(record), Self.hours(record), Self.outOfHours(record),
    ].compactMap { $0 }
    guard !indicators.isEmpty else {
      throw .tooLittle("there are no 10 past days, no capacity and no 10 past weeks; give at least one of them")
    }
  }

  private static func workInProgress(_ record: Record) -> Indicator? {
    guard record.inProgressHistory.count >= 10 else { return nil }
    return Indicator(
      name: .workInProgress, value: Double(record.inProgress),
      threshold: Double(Statistics.quantile(record.inProgressHistory.sorted(), 0.85)),
      source: "85th percentile of the person's own days (the percentile of Vacanti, Actionable Agile Metrics, 2015)",
      samples: record.inProgressHistory.count)
  }

  private static func hours(_ record: Record) -> Indicator? {
    guard record.hoursOfCapacity > 0 else { return nil }
    return Indicator(
      name: .hoursOfCapacity, value: record.hoursLogged / record.hoursOfCapacity, threshold: 1.2,
      source: "48 hours a week, overtime included, to a full week of 40 (Directive 2003/88/EC, article 6)", samples: 0)
  }

  private static func outOfHours(_ record: Record) -> Indicator? {
    guard record.outOfHoursHistory.count >= 10 else { return nil }
    let usual = RobustRange(record.outOfHoursHistory, scale: .linear).usual
    return Indicator(
      name: .outOfHours, value: record.outOfHoursShare, threshold: min(max(usual.upperBound, 0.1), 1),
      source: "modified z-score of 3.5 over the person's own weeks (Iglewicz and Hoaglin, 1993), at least a tenth",
      samples: record.outOfHoursHistory.count)
  }
}
