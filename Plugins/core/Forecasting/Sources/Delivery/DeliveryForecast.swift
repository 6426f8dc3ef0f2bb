/// The share of possible futures in which a forecast holds: what it is sure to that degree.
public enum Confidence: Double, CaseIterable, Comparable, Sendable {
  case p50 = 0.5
  case p70 = 0.7
  case p85 = 0.85
  case p95 = 0.95

  public static func < (one: Confidence, other: Confidence) -> Bool { one.rawValue < other.rawValue }
}

/// Where a forecast of delivery comes from.
public struct DeliveryEvidence: Hashable, Sendable {
  /// Periods of the past that were resampled.
  public let samples: Int
  /// Items that were finished in them.
  public let finished: Int
  /// Periods that were drawn together.
  public let blockLength: Int
  public let runs: Int
  /// The same seed and history give the same forecast.
  public let seed: UInt64
}

/// When a number of items will be done.
public struct CompletionForecast: Hashable, Sendable {
  public struct Level: Hashable, Sendable {
    public let confidence: Confidence
    /// The first day number by the end of which the items are done in that share of the runs. Nil: not within
    /// ``MonteCarlo/horizon`` periods.
    public let day: Int?
  }

  /// One for each ``Confidence``, rising.
  public let levels: [Level]
  /// The items that were asked for.
  public let items: ClosedRange<Int>
  public let evidence: DeliveryEvidence
  /// How often such forecasts held in this history; nil where it is too short to replay 10 of them.
  public let error: CalibrationReport?

  public subscript(confidence: Confidence) -> Int? { levels.first { $0.confidence == confidence }?.day }
}

/// How many items will be done by a day.
public struct CountForecast: Hashable, Sendable {
  public struct Level: Hashable, Sendable {
    public let confidence: Confidence
    /// At least so many in that share of the runs: the surer, the fewer.
    public let items: Int
  }

  /// One for each ``Confidence``, falling.
  public let levels: [Level]
  /// The day that was asked for.
  public let day: Int
  public let evidence: DeliveryEvidence
  /// How often such forecasts held in this history; nil where it is too short to replay 10 of them.
  public let error: CalibrationReport?

  public subscript(confidence: Confidence) -> Int? { levels.first { $0.confidence == confidence }?.items }
}
