/// Chooses what goes into a sprint: the highest value within the capacity, where an item needs its open predecessors.
///
/// The knapsack problem with precedence constraints (Kellerer, Pferschy and Pisinger, "Knapsack Problems", 2004). Branch and
/// bound finds the best choice as long as that is done within a limit of work, as a rule up to about 100 candidates; else the
/// best one it has seen is the answer, with an upper bound that tells how far it may be from the best.
public struct SprintOptimizer: Sendable {
  /// Candidates that the search looks at before it gives up: about a fifth of a second.
  private static let workLimit = 20_000_000

  private let graph: DependencyGraph

  /// - Throws: efforts or values that are negative or not numbers, predecessors that are no candidates, cycles.
  public init(_ candidates: [SprintCandidate]) throws(ForecastError) { graph = try DependencyGraph(candidates) }

  /// - Throws: a capacity that is negative or not numbers.
  public func select(capacity: Double) throws(ForecastError) -> SprintSelection {
    try ForecastError.requireAmount(capacity, "capacity")
    // Sums of decimal fractions may miss a capacity that they fill exactly.
    let capacity = capacity * (1 + 1e-12)
    let start = GreedySelection(graph, capacity: capacity).improved()
    var search = BranchAndBound(
      graph, capacity: capacity, incumbent: start, workLimit: Self.workLimit)
    search.run()
    let items = graph.order.filter { search.best[$0] }
    // Summed in the order of the answer: whoever adds them up gets the same.
    let value = items.reduce(0) { $0 + graph.candidates[$1].value }
    return SprintSelection(
      items: items, value: value, effort: items.reduce(0) { $0 + graph.candidates[$1].effort },
      method: search.isComplete ? .exact : .heuristic,
      upperBound: search.isComplete ? value : max(value, search.rootBound), steps: search.steps)
  }
}
