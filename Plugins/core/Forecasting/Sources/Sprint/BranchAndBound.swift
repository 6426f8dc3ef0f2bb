/// Decides on one item after the other, predecessors first, and leaves out what cannot beat the best choice so far.
///
/// The bound is that of Dantzig (Operations Research 1957) at ``PricedValues``: the rest without its dependencies, filled
/// by density, with a fraction of the first that does not fit.
struct BranchAndBound {
  private let graph: DependencyGraph
  private let capacity: Double
  private let workLimit: Int
  private let prices: PricedValues
  /// The order of decisions, and for each candidate its position in it.
  private let order: [Int]
  private let position: [Int]

  private(set) var best: [Bool]
  private var bestValue: Double
  /// Choices that were looked at, and candidates that were looked at to bound them.
  private(set) var steps = 0
  private var work = 0

  var isComplete: Bool { work <= workLimit }
  /// What no choice exceeds.
  var rootBound: Double { prices.bound }

  init(_ graph: DependencyGraph, capacity: Double, incumbent: GreedySelection, workLimit: Int) {
    self.graph = graph
    self.capacity = capacity
    self.workLimit = workLimit
    prices = PricedValues(graph, capacity: capacity, known: incumbent.value)
    order = graph.order(by: prices.values)
    var position = [Int](repeating: 0, count: order.count)
    for (index, candidate) in order.enumerated() { position[candidate] = index }
    self.position = position
    best = incumbent.isChosen
    bestValue = incumbent.value
  }

  private enum Decision {
    case open
    case taken
    case left
  }

  /// What the decisions so far add up to.
  private struct Sum {
    var value = 0.0
    /// The value with the prices paid.
    var priced = 0.0
    var effort = 0.0
  }

  mutating func run() {
    var decisions = [Decision](repeating: .open, count: order.count)
    var sums = [Sum()]
    // Depth first and without recursion: taking comes before leaving.
    while true {
      steps += 1
      work += 1
      if !isComplete { return }
      let depth = sums.count - 1
      let sum = sums[depth]
      if depth < order.count && bound(sum, depth, decisions) > bestValue {
        let candidate = order[depth]
        let item = graph.candidates[candidate]
        var next = sum
        decisions[candidate] = .left
        if sum.effort + item.effort <= capacity, graph.predecessors[candidate].allSatisfy({ decisions[$0] == .taken }) {
          decisions[candidate] = .taken
          next.value += item.value
          next.priced += prices.values[candidate]
          next.effort += item.effort
        }
        sums.append(next)
        continue
      }
      if sum.value > bestValue {
        bestValue = sum.value
        best = decisions.map { $0 == .taken }
      }
      guard goBack(&decisions, &sums) else { return }
    }
  }

  /// Back to the last item that was taken, to leave it; false where there is none.
  private func goBack(_ decisions: inout [Decision], _ sums: inout [Sum]) -> Bool {
    while sums.count > 1 {
      sums.removeLast()
      let depth = sums.count - 1
      if decisions[order[depth]] == .taken {
        decisions[order[depth]] = .left
        sums.append(sums[depth])
        return true
      }
      decisions[order[depth]] = .open
    }
    return false
  }

  /// What a choice that begins with the decisions up to `depth` can be worth at most.
  private mutating func bound(_ sum: Sum, _ depth: Int, _ decisions: [Decision]) -> Double {
    var worth = sum.priced
    var left = capacity - sum.effort
    for candidate in prices.byDensity {
      work += 1
      if position[candidate] < depth { continue }
      // Later items may know by now that one of their predecessors was left.
      if graph.predecessors[candidate].contains(where: { decisions[$0] == .left }) { continue }
      let effort = graph.candidates[candidate].effort
      if effort > left {
        worth += prices.values[candidate] * left / effort
        break
      }
      left -= effort
      worth += prices.values[candidate]
    }
    // Rounding must not hide a choice that is better by the least there is.
    return worth * (1 + 1e-12)
  }
}
