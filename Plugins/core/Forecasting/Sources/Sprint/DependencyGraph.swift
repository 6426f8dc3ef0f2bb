/// The candidates of a sprint in an order that respects their dependencies.
struct DependencyGraph {
  let candidates: [SprintCandidate]
  /// Without repetitions.
  let predecessors: [[Int]]
  let successors: [[Int]]
  /// Predecessors first; among those that are free the densest first.
  let order: [Int]

  /// Candidates and dependencies.
  var size: Int { candidates.count + predecessors.reduce(0) { $0 + $1.count } }

  /// - Throws: efforts or values that are negative or not numbers, predecessors that are no candidates, cycles.
  init(_ candidates: [SprintCandidate]) throws(ForecastError) {
    try ForecastError.requireAmounts(candidates.map(\.effort), "effort")
    try ForecastError.requireAmounts(candidates.map(\.value), "value")
    var predecessors: [[Int]] = []
    var successors = [[Int]](repeating: [], count: candidates.count)
    for (index, candidate) in candidates.enumerated() {
      for predecessor in candidate.predecessors where !candidates.indices.contains(predecessor) {
        throw .invalid(
          "candidate \(index) comes after \(predecessor), which is not among the \(candidates.count) candidates")
      }
      let unique = Array(Set(candidate.predecessors)).sorted()
      for predecessor in unique { successors[predecessor].append(index) }
      predecessors.append(unique)
    }
    self.candidates = candidates
    self.predecessors = predecessors
    self.successors = successors
    let order = Self.order(candidates, predecessors, successors)
    guard order.count == candidates.count else {
      let path = Self.cycle(Set(candidates.indices).subtracting(order), predecessors)
      throw .invalid("the candidates wait for each other in a circle: \(path)")
    }
    self.order = order
  }

  /// Predecessors first; among those that are free the densest first, where candidates are worth `values`.
  func order(by values: [Double]) -> [Int] {
    let candidates = zip(candidates, values).map { SprintCandidate(effort: $0.effort, value: max(0, $1)) }
    return Self.order(candidates, predecessors, successors)
  }

  /// Without those that wait for each other.
  private static func order(
    _ candidates: [SprintCandidate], _ predecessors: [[Int]], _ successors: [[Int]]
  ) -> [Int] {
    var waiting = predecessors.map(\.count)
    // Places by density instead of the candidates themselves: a heap of integers.
    let byDensity = candidates.indices.sorted { candidates[$0].isDenser(than: candidates[$1], $0, $1) }
    var place = [Int](repeating: 0, count: candidates.count)
    for (index, candidate) in byDensity.enumerated() { place[candidate] = index }
    var free = MinimumHeap(byDensity.indices.filter { waiting[byDensity[$0]] == 0 })
    var order: [Int] = []
    while let next = free.popFirst() {
      let candidate = byDensity[next]
      order.append(candidate)
      for successor in successors[candidate] {
        waiting[successor] -= 1
        if waiting[successor] == 0 { free.insert(place[successor]) }
      }
    }
    return order
  }

  /// Goes back from one that waits until one comes again.
  private static func cycle(_ waiting: Set<Int>, _ predecessors: [[Int]]) -> String {
    var path: [Int] = []
    var seen: [Int: Int] = [:]
    var next = waiting.min()
    while let candidate = next {
      if let start = seen[candidate] {
        return (path[start...] + [candidate]).map(String.init).joined(separator: " after ")
      }
      seen[candidate] = path.count
      path.append(candidate)
      next = predecessors[candidate].first(where: waiting.contains)
    }
    return ""
  }
}

extension SprintCandidate {
  /// Whether this one gives more value for its effort. The indices make the order total.
  func isDenser(than other: SprintCandidate, _ index: Int, _ otherIndex: Int) -> Bool {
    let one = value * other.effort
    let two = other.value * effort
    if one != two { return one > two }
    if effort != other.effort { return effort < other.effort }
    return index < otherIndex
  }
}

/// The smallest of some numbers first.
private struct MinimumHeap {
  private var items: [Int]

  /// `items` rise, which makes them a heap.
  init(_ items: [Int]) { self.items = items }

  mutating func insert(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Int? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    if items.isEmpty { return first }
    items[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      guard child < items.count, items[child] < items[parent] else { return first }
      items.swapAt(child, parent)
      parent = child
    }
  }
}
