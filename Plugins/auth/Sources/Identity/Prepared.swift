import CPluginSDK
import PluginKit

/// A principal in the form in which `orchestron.auth/1` lends it: made once, asked for with every request.
final class Prepared: Sendable {
  let principal: Principal
  /// Texts one after the other: actor, behalf, rights.
  private let texts: [UInt8]
  private let lengths: (actor: Int, behalf: Int, rights: Int)
  private let isLocal: Bool
  /// A right that no method asks for: an empty list must never be taken for "not limited".
  private static let nothing = "none"

  init(_ principal: Principal) {
    self.principal = principal
    let parts = [
      principal.actor, principal.behalf, principal.rights.isEmpty ? Prepared.nothing : principal.rights.text,
    ].map { Array($0.utf8) }
    texts = parts.flatMap(\.self)
    lengths = (parts[0].count, parts[1].count, parts[2].count)
    isLocal = principal.isLocal
  }

  /// In milliseconds since 1970; nil for never.
  var expires: Int64? { principal.expires?.milliseconds }

  /// The same without the privileges of this machine.
  var remote: Prepared {
    var principal = principal
    principal.isLocal = false
    return Prepared(principal)
  }

  /// Gives it to who asked.
  func answer(_ callback: orch_principal_cb) {
    texts.withUnsafeBytes { texts in
      var out = orch_principal()
      out.size = UInt32(MemoryLayout<orch_principal>.size)
      let start = texts.baseAddress?.assumingMemoryBound(to: CChar.self)
      out.actor = orch_str(p: start, n: lengths.actor)
      out.behalf = orch_str(p: start.map { $0 + lengths.actor }, n: lengths.behalf)
      out.rights = orch_str(p: start.map { $0 + lengths.actor + lengths.behalf }, n: lengths.rights)
      out.expires_ms = expires ?? 0
      out.is_local = isLocal ? 1 : 0
      callback.fn?(callback.ud, &out)
    }
    callback.release?(callback.ud)
  }
}

extension Refusal {
  /// Gives it to who asked.
  func answer(_ callback: orch_principal_cb) {
    var message = failure.message
    message.withUTF8 { message in
      var out = orch_principal()
      out.size = UInt32(MemoryLayout<orch_principal>.size)
      out.status = failure.status.rawValue
      out.message = orch_str(
        p: UnsafeRawPointer(message.baseAddress)?.assumingMemoryBound(to: CChar.self), n: message.count)
      out.retry_ms = retry
      callback.fn?(callback.ud, &out)
    }
    callback.release?(callback.ud)
  }
}
