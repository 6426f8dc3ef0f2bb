/// An open item that could go into a sprint.
public struct SprintCandidate: Hashable, Sendable {
  /// Hours or points, in the unit of the capacity.
  public var effort: Double
  /// What having it done is worth, in any unit that adds up.
  public var value: Double
  /// The open items that must be done before, by their index among the candidates. Finished ones are left out.
  public var predecessors: [Int]

  public init(effort: Double, value: Double, predecessors: [Int] = []) {
    self.effort = effort
    self.value = value
    self.predecessors = predecessors
  }
}

/// A choice of items for a sprint.
public struct SprintSelection: Hashable, Sendable {
  public enum Method: Hashable, Sendable {
    /// No choice has a higher value.
    case exact
    /// A good choice; none has a value above ``SprintSelection/upperBound``.
    case heuristic
  }

  /// Indices of the candidates, each after its predecessors.
  public let items: [Int]
  public let value: Double
  public let effort: Double
  public let method: Method
  /// The value of an exact choice; of a heuristic one, what no choice exceeds.
  public let upperBound: Double
  /// Choices that were looked at.
  public let steps: Int
}
