import Glibc

@testable import Forecasting

/// Numbers of finished items per day whose true law is known.
enum SimulatedProcess: CaseIterable {
  case poisson
  /// Negative binomial: the rate of each day is drawn anew, most days have little and some have much.
  case bursty
  /// Nothing on weekends, most on Wednesdays.
  case weekly
  case zeroInflated

  func counts(_ days: Int, _ generator: inout SeededGenerator, factor: Double = 1) -> [Int] {
    (0..<days).map { day in
      switch self {
      case .poisson: return Self.poisson(1.7 * factor, &generator)
      case .bursty:
        let normal = Self.normal(&generator)
        // Half a squared normal number is gamma distributed with shape one half.
        return Self.poisson(1.5 * factor * normal * normal, &generator)
      case .weekly:
        let rates = [2.0, 2, 4, 2, 1, 0, 0]
        return Self.poisson(rates[day % 7] * factor, &generator)
      case .zeroInflated: return generator.unit() < 0.7 ? 0 : 1 + Self.poisson(3 * factor, &generator)
      }
    }
  }

  private static func poisson(_ rate: Double, _ generator: inout SeededGenerator) -> Int {
    let limit = exp(-rate)
    var product = generator.unit()
    var count = 0
    while product > limit {
      product *= generator.unit()
      count += 1
    }
    return count
  }

  private static func normal(_ generator: inout SeededGenerator) -> Double {
    (-2 * log(1 - generator.unit())).squareRoot() * cos(2 * Double.pi * generator.unit())
  }
}
