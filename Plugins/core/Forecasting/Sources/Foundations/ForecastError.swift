/// Why there is no forecast.
public struct ForecastError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// An argument can never be right: not a number, negative, out of its range, a cycle.
    case invalidInput
    /// The input is right, but there is too little of it to say anything with a measured error.
    case tooLittleHistory
  }

  public let reason: Reason
  /// A sentence that names the argument and what would be accepted.
  public let message: String

  public var description: String { message }

  static func invalid(_ message: String) -> ForecastError { ForecastError(reason: .invalidInput, message: message) }
  static func tooLittle(_ message: String) -> ForecastError {
    ForecastError(reason: .tooLittleHistory, message: message)
  }

  /// The largest amount that is believed: sums of millions of them stay exact enough.
  private static let largest = 1e12

  /// Refuses what is not a number, below zero or beyond all belief.
  static func requireAmounts(_ values: [Double], _ name: String) throws(ForecastError) {
    for (index, value) in values.enumerated() where !(0...largest).contains(value) {
      throw .invalid("\(name)[\(index)] is \(value); give numbers of 0 to 1e12")
    }
  }

  /// Refuses what is not a number, below zero or beyond all belief.
  static func requireAmount(_ value: Double, _ name: String) throws(ForecastError) {
    guard (0...largest).contains(value) else {
      throw .invalid("\(name) is \(value); give a number of 0 to 1e12")
    }
  }

  /// Refuses fewer than 10 samples: the least from which a range is worth reading.
  static func requireSamples(_ count: Int, _ what: String) throws(ForecastError) {
    guard count >= 10 else {
      throw .tooLittle("there are \(count) \(what); a forecast needs at least 10")
    }
  }
}
