import CPluginSDK
import PluginKit

/// What this plugin provides to http and mcp: `orchestron.auth/1`.
@Loop
final class AuthExtension {
  let table: UnsafePointer<orch_auth>
  private let gate: Gate
  /// The name that was lent last.
  private var cookie: [UInt8] = []
  /// The port on which browsers come, as the server has told by asking for the cookie's name.
  private(set) var port: UInt16 = 0

  init(gate: Gate) {
    self.gate = gate
    // Never freed: whoever has the table may keep it as long as the process lives.
    let table = UnsafeMutablePointer<orch_auth>.allocate(capacity: 1)
    self.table = UnsafePointer(table)
    table.initialize(to: orch_auth())
    table.pointee.size = UInt32(MemoryLayout<orch_auth>.size)
    table.pointee.`self` = Unmanaged.passRetained(self).toOpaque()
    table.pointee.authenticate = AuthExtension.authenticate
    table.pointee.cookie = AuthExtension.cookie
  }

  private static func of(_ pointer: UnsafeMutableRawPointer?) -> AuthExtension? {
    pointer.map { Unmanaged<AuthExtension>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let authenticate:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_credential>?, orch_principal_cb) -> Void = {
      me, credential, callback in
      guard let me = of(me), let credential = credential?.pointee else {
        return Refusal("nothing was asked").answer(callback)
      }
      let secret = bytes(credential.secret)
      let shown: Gate.Credential
      switch Int(credential.kind) {
      case ORCH_CREDENTIAL_NONE: shown = .nothing
      case ORCH_CREDENTIAL_BEARER: shown = .bearer(secret)
      case ORCH_CREDENTIAL_COOKIE: shown = .cookie(secret)
      case ORCH_CREDENTIAL_ACTOR: shown = .actor(String(decoding: secret, as: UTF8.self))
      default: return Refusal("this kind of credential is not known here").answer(callback)
      }
      me.gate.identify(shown, from: bytes(credential.address), at: .now) { result in
        switch result {
        case .success(let principal): principal.answer(callback)
        case .failure(let refusal): refusal.answer(callback)
        }
      }
    }

  private static let cookie: @convention(c) (UnsafeMutableRawPointer?, UInt16) -> orch_str = { me, port in
    guard let me = of(me) else { return orch_str(p: nil, n: 0) }
    me.port = port
    me.cookie = Array(SessionCookie.name(port: port).utf8)
    // A native array's storage stays where it is while the property holds it and nobody changes it.
    return me.cookie.withUnsafeBytes { orch_str(p: $0.baseAddress?.assumingMemoryBound(to: CChar.self), n: $0.count) }
  }

  /// The name of the session cookie.
  var cookieName: String { SessionCookie.name(port: port) }
}

/// The bytes of a text of the C headers; borrowed.
private func bytes(_ text: orch_str) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(start: text.p, count: text.p == nil ? 0 : text.n)
}
