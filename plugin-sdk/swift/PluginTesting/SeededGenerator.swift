import Glibc

/// SplitMix64: the same numbers for the same seed, so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }

  /// The seeds of a test with random input: the same at every run. The environment variable `ORCHESTRON_FUZZ` asks for so
  /// many times as many, from a random one on, for the long runs of `scripts/check fuzz`.
  public static func seeds(_ count: Int) -> Range<UInt64> {
    guard let times = getenv("ORCHESTRON_FUZZ").flatMap({ UInt64(String(cString: $0)) }) else {
      return 0..<UInt64(count)
    }
    let first = UInt64.random(in: 0..<1 << 62)
    return first..<first + UInt64(count) * times
  }
}
