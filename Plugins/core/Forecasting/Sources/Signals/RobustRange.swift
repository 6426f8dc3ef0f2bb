import Glibc

/// What is usual in a series: the modified z-score of Iglewicz and Hoaglin ("How to Detect and Handle Outliers", 1993).
///
/// score = 0.6745 · (x − median) ÷ MAD, where MAD is the median distance from the median; an outlier is beyond ±3.5. Where
/// more than half of the values are equal the MAD is 0, and score = (x − median) ÷ (1.2533 · mean distance), as they advise.
/// Values are at least 0. Unlike mean and standard deviation, neither is moved by the outliers it is to find.
public struct RobustRange: Hashable, Sendable {
  /// The scale on which values are compared.
  public enum Scale: Hashable, Sendable {
    case linear
    /// The square root: makes the spread of counts independent of their size (Bartlett, 1936).
    case squareRoot
    /// log(1 + x): for durations, whose long tail is usual.
    case logarithmic

    func apply(_ value: Double) -> Double {
      switch self {
      case .linear: value
      case .squareRoot: value.squareRoot()
      case .logarithmic: log1p(value)
      }
    }

    func undo(_ value: Double) -> Double {
      switch self {
      case .linear: value
      case .squareRoot: value <= 0 ? 0 : value * value
      case .logarithmic: expm1(value)
      }
    }
  }

  /// Beyond this score a value is an outlier.
  public static let limit = 3.5

  public let scale: Scale
  public let samples: Int
  /// In the unit of the values.
  public let median: Double
  private let center: Double
  /// What a score of 1 is, on the scale; 0 for a series of equal values.
  private let unit: Double

  /// Expects at least one value.
  init(_ values: [Double], scale: Scale) {
    self.scale = scale
    samples = values.count
    let scaled = values.map(scale.apply)
    center = Statistics.median(scaled)
    median = Statistics.median(values)
    let distances = scaled.map { [center] in abs($0 - center) }
    let mad = Statistics.median(distances)
    unit = mad > 0 ? mad / 0.6745 : 1.2533 * Statistics.mean(distances)
  }

  /// How unusual a value is; infinite for a value that differs from a series of equal ones.
  public func score(_ value: Double) -> Double {
    let distance = scale.apply(value) - center
    if distance == 0 { return 0 }
    return unit > 0 ? distance / unit : distance > 0 ? .infinity : -.infinity
  }

  /// The values that are no outliers.
  public var usual: ClosedRange<Double> {
    let low = max(0, scale.undo(center - Self.limit * unit))
    return min(low, median)...max(scale.undo(center + Self.limit * unit), median)
  }
}
