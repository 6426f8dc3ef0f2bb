/// Who is at the other end: of a connection, or of one request that a trusted proxy has passed on.
final class Remote {
  /// Nil for somebody who came by no network.
  let address: IPAddress?
  /// The address as it is written, or nothing.
  private(set) lazy var text = SharedBytes { buffer in
    if let address { buffer.append(address.text) }
  }
  /// Whether what is sent is encrypted on its way.
  let isSecure: Bool
  /// Whether it may say for whom it asks.
  let isProxy: Bool
  /// Whether it stands behind a proxy.
  let isForwarded: Bool
  /// The name by which the client has asked the proxy, when the proxy tells.
  let host: SharedBytes?
  /// By what limits know its place.
  private(set) lazy var rateKey = RateTable.key(of: address?.place)

  init(
    _ address: IPAddress?, isSecure: Bool = false, isProxy: Bool = false, isForwarded: Bool = false, host: Bytes? = nil
  ) {
    self.address = address
    self.isSecure = isSecure
    self.isProxy = isProxy
    self.isForwarded = isForwarded
    self.host = host.map(SharedBytes.init(copying:))
  }

  /// Whether it is this machine.
  var isLocal: Bool { address?.isLoopback ?? true }

  /// The place by which its connection is limited; nil for this machine and trusted proxies, which have no limit of their own.
  var limitedPlace: IPAddress? { isLocal || isProxy ? nil : address?.place }

  /// Whether both are at one place and come the same way.
  func isSame(as other: Remote) -> Bool { self === other || address == other.address && isSecure == other.isSecure }
}
