import CUV

/// An IP address with a port.
struct SocketAddress {
  private var storage = sockaddr_storage()

  /// From an IPv4 or IPv6 address in text, or the name `localhost`; nil for anything else.
  init?(_ host: String, port: Int) {
    guard (0...65535).contains(port) else { return nil }
    let text = host == "localhost" ? "127.0.0.1" : host
    let result = withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { uv_ip4_addr(text, CInt(port), $0) } == 0
        || storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { uv_ip6_addr(text, CInt(port), $0) } == 0
    }
    if !result { return nil }
  }

  /// The address that a socket is bound to.
  init?(boundTo tcp: UnsafePointer<uv_tcp_t>) {
    var length = CInt(MemoryLayout<sockaddr_storage>.size)
    let result = withMutablePointer { uv_tcp_getsockname(tcp, $0, &length) }
    if result != 0 { return nil }
  }

  /// The address of the other end of a connection.
  init?(peerOf tcp: UnsafePointer<uv_tcp_t>) {
    var length = CInt(MemoryLayout<sockaddr_storage>.size)
    let result = withMutablePointer { uv_tcp_getpeername(tcp, $0, &length) }
    if result != 0 { return nil }
  }

  /// The addresses of all network interfaces.
  static func ofThisMachine() -> [SocketAddress] {
    var list: UnsafeMutablePointer<uv_interface_address_t>?
    var count: CInt = 0
    guard uv_interface_addresses(&list, &count) == 0, let list else { return [] }
    defer { uv_free_interface_addresses(list, count) }
    return (0..<Int(count)).map { SocketAddress(list[$0].address) }
  }

  private init(_ address: uv_interface_address_t.__Unnamed_union_address) {
    withUnsafeBytes(of: address) { source in
      withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: source) }
    }
  }

  var port: Int {
    withPointer { address in
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
    }
  }

  var isIPv6: Bool { Int32(storage.ss_family) == AF_INET6 }

  /// The address without its port.
  var ip: IPAddress {
    withPointer { address in
      isIPv6
        ? address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { IPAddress($0.pointee.sin6_addr) }
        : address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { IPAddress($0.pointee.sin_addr) }
    }
  }

  /// Whether only this machine can reach it.
  var isLoopback: Bool { ip.isLoopback }

  /// Whether it stands for all addresses of the machine.
  var isAny: Bool { text == "::" || text == "0.0.0.0" }

  /// The address without its port, an IPv6 address without brackets.
  var text: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      guard let base = buffer.baseAddress else { return "" }
      let result = withPointer { address in
        isIPv6
          ? address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { uv_ip6_name($0, base, 64) }
          : address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { uv_ip4_name($0, base, 64) }
      }
      return result == 0 ? String(cString: base) : ""
    }
  }

  func withPointer<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
    withUnsafePointer(to: storage) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
  }

  private mutating func withMutablePointer<R>(_ body: (UnsafeMutablePointer<sockaddr>) -> R) -> R {
    withUnsafeMutablePointer(to: &storage) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
  }
}
