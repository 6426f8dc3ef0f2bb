/// A directed graph over the nodes `0..<count`, as the resolver needs it. No algorithm here recurses, so that a chain of a
/// hundred thousand plugins is no danger to the stack. All answers depend on the order of the edges alone.
struct Graph {
  private(set) var successors: [[Int]]

  init(count: Int) { successors = Array(repeating: [], count: count) }

  var nodes: Range<Int> { successors.indices }

  /// Adds an edge unless it is there.
  mutating func addEdge(from: Int, to: Int) {
    if !successors[from].contains(to) { successors[from].append(to) }
  }

  /// A shortest path from a node to another along edges between allowed nodes, both ends included; nil when there is none.
  /// From a node to itself it is a shortest cycle, with the node at both ends.
  func shortestPath(from start: Int, to end: Int, where isAllowed: (Int) -> Bool = { _ in true }) -> [Int]? {
    let unseen = -1
    var cameFrom = Array(repeating: unseen, count: successors.count)
    var queue = [start]
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      for next in successors[node] where cameFrom[next] == unseen && isAllowed(next) {
        cameFrom[next] = node
        if next == end { return Self.path(from: start, to: end, cameFrom) }
        queue.append(next)
      }
    }
    return nil
  }

  private static func path(from start: Int, to end: Int, _ cameFrom: [Int]) -> [Int] {
    var path = [end]
    repeat { path.append(cameFrom[path[path.count - 1]]) } while path[path.count - 1] != start
    return path.reversed()
  }

  /// Cycles that together hold every node that is on any cycle: for the least node not yet covered a shortest cycle through
  /// it, and so on. Each begins with its least node.
  func coveringCycles() -> [[Int]] {
    let component = stronglyConnectedComponents()
    var isCovered = Array(repeating: false, count: successors.count)
    var cycles: [[Int]] = []
    var size = Array(repeating: 0, count: successors.count)
    for node in nodes { size[component[node]] += 1 }
    for node in nodes where !isCovered[node] {
      let isCyclic = size[component[node]] > 1 || successors[node].contains(node)
      guard isCyclic else { continue }
      guard let path = shortestPath(from: node, to: node, where: { component[$0] == component[node] }) else { continue }
      let cycle = path.dropLast()
      for member in cycle { isCovered[member] = true }
      cycles.append(Self.rotatedToLeast(cycle))
    }
    return cycles
  }

  private static func rotatedToLeast(_ cycle: ArraySlice<Int>) -> [Int] {
    guard let least = cycle.indices.min(by: { cycle[$0] < cycle[$1] }) else { return [] }
    return Array(cycle[least...] + cycle[..<least])
  }

  /// For each node the number of its strongly connected component (Tarjan's algorithm with an explicit stack).
  func stronglyConnectedComponents() -> [Int] {
    let unvisited = -1
    var order = Array(repeating: unvisited, count: successors.count)
    var low = order
    var component = order
    var visited = 0
    var components = 0
    var open: [Int] = []
    var work: [(node: Int, nextEdge: Int)] = []

    for root in nodes where order[root] == unvisited {
      work.append((root, 0))
      while let (node, edge) = work.last {
        if edge == 0 {
          order[node] = visited
          low[node] = visited
          visited += 1
          open.append(node)
        }
        if edge < successors[node].count {
          work[work.count - 1].nextEdge += 1
          let next = successors[node][edge]
          if order[next] == unvisited {
            work.append((next, 0))
          } else if component[next] == unvisited {
            low[node] = min(low[node], order[next])
          }
          continue
        }
        work.removeLast()
        if let parent = work.last?.node { low[parent] = min(low[parent], low[node]) }
        if low[node] == order[node] {
          while let member = open.popLast() {
            component[member] = components
            if member == node { break }
          }
          components += 1
        }
      }
    }
    return component
  }

  /// For each node of an acyclic graph the length of the longest path that begins there; nodes that are not included are
  /// as if they and their edges did not exist, and answer nil.
  func depths(where isIncluded: (Int) -> Bool) -> [Int?] {
    var predecessors: [[Int]] = Array(repeating: [], count: successors.count)
    var missing = Array(repeating: 0, count: successors.count)
    var depth: [Int?] = Array(repeating: nil, count: successors.count)
    var ready: [Int] = []
    for node in nodes where isIncluded(node) {
      for next in successors[node] where isIncluded(next) {
        predecessors[next].append(node)
        missing[node] += 1
      }
      if missing[node] == 0 {
        depth[node] = 0
        ready.append(node)
      }
    }
    while let node = ready.popLast() {
      let level = (depth[node] ?? 0) + 1
      for previous in predecessors[node] {
        depth[previous] = max(depth[previous] ?? 0, level)
        missing[previous] -= 1
        if missing[previous] == 0 { ready.append(previous) }
      }
    }
    return depth
  }
}
