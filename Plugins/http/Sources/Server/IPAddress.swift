import Glibc

/// An IP address. One of version 4 is held as version 6 maps it, so that both spellings are one address.
struct IPAddress: Hashable {
  private let high: UInt64
  private let low: UInt64

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// From text such as `192.0.2.7` or `2001:db8::1`; a zone (`%eth0`) is left out. Nil for anything else.
  init?(_ text: Bytes) {
    let text = text.part(0..<(text.firstIndex(of: UInt8(ascii: "%")) ?? text.count))
    guard !text.isEmpty, text.count < 46 else { return nil }  // INET6_ADDRSTRLEN
    var six = in6_addr()
    var four = in_addr()
    let family: Int32 = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { buffer in
      for (index, byte) in text.enumerated() { buffer.initializeElement(at: index, to: CChar(bitPattern: byte)) }
      buffer.initializeElement(at: text.count, to: 0)
      if inet_pton(AF_INET, buffer.baseAddress, &four) == 1 { return AF_INET }
      return inet_pton(AF_INET6, buffer.baseAddress, &six) == 1 ? AF_INET6 : AF_UNSPEC
    }
    switch family {
    case AF_INET: self.init(four)
    case AF_INET6: self.init(six)
    default: return nil
    }
  }

  init(_ address: in_addr) {
    self.init(high: 0, low: 0xffff << 32 | UInt64(UInt32(bigEndian: address.s_addr)))
  }

  init(_ address: in6_addr) {
    let halves = withUnsafeBytes(of: address) {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
    self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
  }

  var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

  /// Whether it stands for this machine.
  var isLoopback: Bool { isIPv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

  /// What counts as one place: an address of version 4, a network of 64 bits of version 6. A home has that many.
  var place: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

  /// As it is written.
  var text: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { buffer in
      var four = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
      var six = in6_addr()
      withUnsafeMutableBytes(of: &six) {
        $0.storeBytes(of: high.bigEndian, as: UInt64.self)
        $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      let text =
        isIPv4
        ? inet_ntop(AF_INET, &four, buffer.baseAddress, 46) : inet_ntop(AF_INET6, &six, buffer.baseAddress, 46)
      return text.map { String(cString: $0) } ?? ""
    }
  }

  /// Addresses that begin with the same bits.
  struct Network {
    private let address: IPAddress
    private let high: UInt64
    private let low: UInt64

    /// From `10.0.0.0/8`, `2001:db8::/32`, or an address alone; nil for anything else.
    init?(_ text: String) {
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      var name = String(parts[0])
      guard let address = name.withUTF8({ IPAddress($0) }) else { return nil }
      let width = address.isIPv4 ? 32 : 128
      var bits = width
      if parts.count == 2 {
        guard let given = Int(parts[1]), (0...width).contains(given) else { return nil }
        bits = given
      }
      bits += 128 - width
      high = bits >= 64 ? .max : ~(.max >> UInt64(bits))
      low = bits <= 64 ? 0 : ~(bits == 128 ? 0 : .max >> UInt64(bits - 64))
      self.address = address
    }

    func contains(_ other: IPAddress) -> Bool {
      (other.high ^ address.high) & high == 0 && (other.low ^ address.low) & low == 0
    }
  }
}
