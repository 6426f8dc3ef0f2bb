/// Makes lower-case UUIDs of version 7 (RFC 9562): they sort by the time at which they were made, and those of one
/// generator by their order, also within a millisecond and when the clock is set back.
public struct UUIDv7Generator<Random: RandomNumberGenerator> {
  private var random: Random
  private var milliseconds: UInt64 = 0
  /// The 12 and 62 random bits of the last id.
  private var high: UInt64 = 0
  private var low: UInt64 = 0

  public init(random: Random) {
    self.random = random
  }

  /// The next id.
  ///
  /// - Parameter now: The wall clock.
  public mutating func next(at now: Instant) -> String {
    let time = UInt64(clamping: now.milliseconds)
    if time > milliseconds { begin(time) } else { advance() }
    return text
  }

  private mutating func begin(_ time: UInt64) {
    milliseconds = time
    // The uppermost bit stays free, so that there is room to count within the millisecond.
    high = random.next() & 0x7ff
    low = random.next() >> 2
  }

  /// Steps on by a random amount, so that an id does not tell the next one.
  private mutating func advance() {
    low += random.next() >> 32 | 1
    guard low >> 62 != 0 else { return }
    low &= 1 << 62 - 1
    high += 1
    if high >> 12 != 0 { begin(milliseconds + 1) }
  }

  private var text: String {
    let halves = (milliseconds << 16 | 0x7000 | high, 0x8000_0000_0000_0000 | low)
    return String(unsafeUninitializedCapacity: 36) { bytes in
      var count = 0
      for digit in 0..<32 {
        if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
          bytes[count] = UInt8(ascii: "-")
          count += 1
        }
        let half = digit < 16 ? halves.0 : halves.1
        bytes[count] = hexDigit(half >> UInt64(60 - 4 * (digit % 16)) & 15)
        count += 1
      }
      return count
    }
  }
}

private func hexDigit(_ value: UInt64) -> UInt8 {
  let value = UInt8(truncatingIfNeeded: value)
  return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}
