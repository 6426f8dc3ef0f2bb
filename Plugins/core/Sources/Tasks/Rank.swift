import PluginKit

/// Places in the manual order: texts that sort where their tasks stand, with room for another between any two.
///
/// A rank is a fraction in base 62, written in the digits `0-9A-Za-z`, whose order is that of their ASCII codes.
enum Rank {
  private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  private static let middle = digits[31]

  /// The rank of the task with this number: behind all with a lower one, found without looking at any.
  ///
  /// The first digit tells how many follow, so that longer numbers sort behind shorter ones.
  static func initial(_ number: Int) -> String {
    var rest = max(0, number)
    var text: [UInt8] = []
    repeat {
      text.append(digits[rest % 62])
      rest /= 62
    } while rest > 0
    text.append(digits[36 + text.count - 1])
    return String(decoding: text.reversed(), as: UTF8.self)
  }

  /// A rank between two; nil stands for either end.
  ///
  /// - Returns: nil when the first does not sort before the second.
  static func between(_ low: String?, _ high: String?) -> String? {
    let low = Array((low ?? "").utf8)
    guard let high else { return String(decoding: low + [middle], as: UTF8.self) }
    let upper = Array(high.utf8)
    guard low.lexicographicallyPrecedes(upper) else { return nil }
    return below(upper, above: low)
  }

  private static func below(_ high: [UInt8], above low: [UInt8]) -> String? {
    var text: [UInt8] = []
    var place = 0
    while place < high.count {
      let first = value(low, place)
      guard let last = digits.firstIndex(of: high[place]) else { return nil }
      if first == last {
        text.append(digits[first])
        place += 1
        continue
      }
      if last - first > 1 { return String(decoding: text + [digits[(first + last) / 2]], as: UTF8.self) }
      // The digits are neighbours: anything behind the lower one that sorts behind the rest of `low` will do.
      text.append(digits[first])
      for byte in low.dropFirst(place + 1) {
        guard let digit = digits.firstIndex(of: byte) else { return nil }
        if digit < 61 { return String(decoding: text + [digits[(digit + 62) / 2]], as: UTF8.self) }
        text.append(byte)
      }
      return String(decoding: text + [middle], as: UTF8.self)
    }
    // Nothing fits below a rank of zeros alone; none is ever given.
    return nil
  }

  /// The digit at a place; what is shorter goes on with zeros.
  private static func value(_ rank: [UInt8], _ place: Int) -> Int {
    place < rank.count ? digits.firstIndex(of: rank[place]) ?? 0 : 0
  }
}
