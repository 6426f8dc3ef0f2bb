/// A good choice, quickly: items together with the predecessors that they still need, the densest packages first.
struct GreedySelection {
  private let graph: DependencyGraph
  private let capacity: Double
  private(set) var isChosen: [Bool]
  private(set) var value = 0.0
  private(set) var effort = 0.0

  /// Items of a package at most: keeps long chains of small items from costing their square.
  private static let packageLimit = 1_000

  init(_ graph: DependencyGraph, capacity: Double) {
    self.graph = graph
    self.capacity = capacity
    isChosen = [Bool](repeating: false, count: graph.candidates.count)
    fill(without: nil)
  }

  /// Takes one chosen item and all that needs it out, fills up again without it, and keeps what is better.
  func improved() -> GreedySelection {
    var best = self
    var exchanges = 100_000 / max(1, graph.candidates.count)
    var improved = true
    while improved {
      improved = false
      for candidate in graph.order.reversed() where best.isChosen[candidate] {
        if exchanges == 0 || best.isWhole { return best }
        exchanges -= 1
        var trial = best
        trial.remove(candidate)
        trial.fill(without: candidate)
        if trial.value > best.value {
          best = trial
          improved = true
        }
      }
    }
    return best
  }

  private var isWhole: Bool { isChosen.allSatisfy { $0 } }

  /// Adds packages until none fits: what was added may make room for one that shares a part of it.
  private mutating func fill(without excluded: Int?) {
    var isOpen = true
    while isOpen {
      isOpen = false
      var packages: [(candidate: SprintCandidate, items: [Int])] = []
      for candidate in graph.order where !isChosen[candidate] {
        guard let items = package(of: candidate, without: excluded) else { continue }
        let sum = items.reduce(into: SprintCandidate(effort: 0, value: 0)) {
          $0.effort += graph.candidates[$1].effort
          $0.value += graph.candidates[$1].value
        }
        if sum.value > 0 { packages.append((sum, items)) }
      }
      let order = packages.indices.sorted { packages[$0].candidate.isDenser(than: packages[$1].candidate, $0, $1) }
      for index in order {
        let missing = packages[index].items.filter { !isChosen[$0] }
        let needed = missing.reduce(0) { $0 + graph.candidates[$1].effort }
        guard !missing.isEmpty, effort + needed <= capacity else { continue }
        for item in missing { add(item) }
        isOpen = true
      }
    }
  }

  /// What is missing for a candidate, itself included; nil where it cannot fit.
  private func package(of candidate: Int, without excluded: Int?) -> [Int]? {
    var items = [candidate]
    var seen: Set<Int> = [candidate]
    var needed = 0.0
    var index = 0
    while index < items.count {
      let item = items[index]
      index += 1
      needed += graph.candidates[item].effort
      if item == excluded || needed > capacity - effort || index > Self.packageLimit { return nil }
      for predecessor in graph.predecessors[item] where !isChosen[predecessor] && seen.insert(predecessor).inserted {
        items.append(predecessor)
      }
    }
    return items
  }

  private mutating func add(_ item: Int) {
    isChosen[item] = true
    value += graph.candidates[item].value
    effort += graph.candidates[item].effort
  }

  private mutating func remove(_ item: Int) {
    var open = [item]
    while let next = open.popLast() {
      isChosen[next] = false
      open += graph.successors[next].filter { isChosen[$0] }
    }
    // Summed anew: repeated subtraction would leave rounding errors behind.
    value = 0
    effort = 0
    for index in graph.candidates.indices where isChosen[index] {
      value += graph.candidates[index].value
      effort += graph.candidates[index].effort
    }
  }
}
