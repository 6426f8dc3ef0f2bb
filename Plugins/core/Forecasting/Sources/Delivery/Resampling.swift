/// Possible futures, made of whole pieces of the past.
///
/// The block bootstrap (Künsch, Annals of Statistics 1989) over whole calendar cycles: a week of the future is a week of
/// the past, so that weekends stay empty and a burst stays a burst. A past of fewer than 10 cycles is drawn day by day.
///
/// The past is itself a sample: each run first draws as many blocks from the past as the past has, with replacement, and
/// then its future from those (the bootstrap of Efron, Annals of Statistics 1979, for the rate that nobody knows). A plain
/// resampling would promise too much, the more the further it looks ahead.
struct Resampling {
  /// Periods of one block.
  let length: Int
  private let blocks: Int
  /// Block after block.
  private let counts: [Int]
  private let totals: [Int]
  private var drawn: [Int]

  /// `counts` end with the period before the first one of the future.
  init(_ counts: ArraySlice<Int>, cycle: Int) {
    length = counts.count / cycle >= 10 ? cycle : 1
    blocks = counts.count / length
    // What does not fill a block is the oldest: the next block then starts where the calendar goes on.
    self.counts = Array(counts.suffix(blocks * length))
    totals = (0..<blocks).map { [counts = self.counts, length] block in
      counts[block * length..<(block + 1) * length].reduce(0, +)
    }
    drawn = [Int](repeating: 0, count: blocks)
  }

  /// Starts a run: the past as it might have been.
  mutating func begin(_ generator: inout SeededGenerator) {
    for index in 0..<blocks { drawn[index] = generator.index(below: blocks) }
  }

  /// After how many periods `items` are finished, or nil where that takes more than `horizon`.
  func periods(for items: Int, horizon: Int, _ generator: inout SeededGenerator) -> Int? {
    var left = items
    var passed = 0
    while passed < horizon {
      let block = drawn[generator.index(below: blocks)]
      guard totals[block] >= left else {
        left -= totals[block]
        passed += length
        continue
      }
      for count in counts[block * length..<(block + 1) * length] {
        passed += 1
        left -= count
        if left <= 0 { return passed <= horizon ? passed : nil }
      }
    }
    return nil
  }

  /// How many items are finished in `periods`.
  func items(in periods: Int, _ generator: inout SeededGenerator) -> Int {
    var sum = 0
    for _ in 0..<periods / length { sum += totals[drawn[generator.index(below: blocks)]] }
    let rest = periods % length
    if rest > 0 {
      let block = drawn[generator.index(below: blocks)]
      sum += counts[block * length..<block * length + rest].reduce(0, +)
    }
    return sum
  }
}
