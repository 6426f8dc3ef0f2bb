import CPluginSDK
import PluginKit

/// Who asks: what the contexts of its calls are made of.
final class Principal {
  /// `kind:id`.
  let actor: SharedBytes
  /// The person behind a token, `kind:id`, or nothing.
  let behalf: SharedBytes
  /// What it may do, as in `ext/actor.h`; nil for everything.
  let rights: SharedBytes?
  /// Somebody of this machine who came by its local token, or by no token while none is asked for.
  let isLocal: Bool
  /// Whether it may read whatever is published: a right for single services is not enough.
  let mayRead: Bool
  /// When to ask again who that is, in milliseconds since 1970.
  let expires: Int64
  /// By what limits know it.
  let rateKey: UInt64

  init(actor: Bytes, behalf: Bytes, rights: Bytes?, isLocal: Bool, expires: Int64 = .max) {
    self.actor = SharedBytes(copying: actor)
    self.behalf = SharedBytes(copying: behalf)
    self.rights = rights.map(SharedBytes.init(copying:))
    self.isLocal = isLocal
    self.expires = expires
    rateKey = RateTable.key(of: actor.text)
    guard let rights else {
      mayRead = true
      return
    }
    let words: [StaticString] = ["*", "read", "write", "destructive"]
    mayRead = rights.split(separator: UInt8(ascii: " ")).contains { word in
      words.contains { Bytes(rebasing: word).equals($0) }
    }
  }

  /// Whether both are the same actor with the same rights.
  func isSame(as other: Principal) -> Bool {
    guard actor.bytes.equals(other.actor.bytes), behalf.bytes.equals(other.behalf.bytes) else { return false }
    guard let rights, let others = other.rights else { return rights == nil && other.rights == nil }
    return rights.bytes.equals(others.bytes)
  }

  private convenience init(_ actor: StaticString, rights: Bytes? = nil) {
    let none = Bytes(start: nil, count: 0)
    self.init(
      actor: Bytes(start: actor.utf8Start, count: actor.utf8CodeUnitCount), behalf: none, rights: rights,
      isLocal: rights == nil)
  }

  /// Everybody, while no plugin tells who somebody is.
  static func anybody() -> Principal { Principal("user:local") }

  /// Somebody who may do nothing, for what answers everybody.
  static func nobody() -> Principal { Principal("user:anonymous", rights: Bytes(start: nil, count: 0)) }

  /// The plugin itself.
  static func system() -> Principal { Principal("system") }

  /// The identity of a context, for the length of `body`.
  func withIdentity<R>(trace: Bytes, timeout: Int64, _ body: (UnsafePointer<orch_identity>) -> R) -> R {
    var identity = orch_identity()
    identity.size = UInt32(MemoryLayout<orch_identity>.size)
    identity.actor = actor.bytes.abi
    identity.behalf = behalf.bytes.abi
    // An empty list of rights is none at all; what is not at NULL is a list.
    identity.rights = rights.map { $0.bytes.abi } ?? orch_str(p: nil, n: 0)
    identity.trace = trace.abi
    identity.timeout_ms = timeout
    return body(&identity)
  }
}
