import CPluginSDK
import PluginKit

@testable import HTTPPlugin

/// A plugin that tells who somebody is, by a closure.
final class StubAuth {
  enum Answer {
    case principal(String, rights: String = "*", expires: Int64 = 0)
    case failure(Status, String = "", retry: Int64 = 0)
    /// Answered by ``finish(_:with:)``.
    case later
    /// Let go without an answer.
    case nothing
  }

  /// What was shown, one line per question: kind, secret, address.
  private(set) var asked: [String] = []
  /// By default there is one token and one cookie, both `good`.
  var answer: (UInt32, String) -> Answer = { _, secret in
    secret == "good" ? .principal("user:ada", rights: "read write") : .failure(.unauthenticated, "unknown")
  }

  private var waiting: [Int: orch_principal_cb] = [:]
  private let table = UnsafeMutablePointer<orch_auth>.allocate(capacity: 1)

  init() {
    table.initialize(to: orch_auth())
    table.pointee.size = UInt32(MemoryLayout<orch_auth>.size)
    table.pointee.`self` = Unmanaged.passUnretained(self).toOpaque()
    table.pointee.authenticate = { me, credential, callback in
      guard let me, let credential = credential?.pointee else { return callback.release(callback.ud) }
      Unmanaged<StubAuth>.fromOpaque(me).takeUnretainedValue().ask(credential, callback)
    }
    table.pointee.cookie = { _, port in
      let name: StaticString = "session"
      return Bytes(start: name.utf8Start, count: name.utf8CodeUnitCount).abi
    }
  }

  deinit {
    for callback in waiting.values { callback.release(callback.ud) }
    table.deallocate()
  }

  var raw: UnsafePointer<orch_auth> { UnsafePointer(table) }

  private func ask(_ credential: orch_credential, _ callback: orch_principal_cb) {
    let secret = Bytes(credential.secret).text
    asked.append("\(credential.kind) \(secret) \(Bytes(credential.address).text)")
    waiting[asked.count - 1] = callback
    finish(asked.count - 1, with: answer(credential.kind, secret))
  }

  /// Answers the question with that number, counted from zero.
  func finish(_ number: Int, with answer: Answer) {
    var principal = orch_principal()
    principal.size = UInt32(MemoryLayout<orch_principal>.size)
    var texts: [SharedBytes] = []
    func text(_ text: String) -> orch_str {
      let shared = SharedBytes { $0.append(text) }
      texts.append(shared)
      return shared.bytes.abi
    }
    switch answer {
    case .later: return
    case .nothing: break
    case .principal(let actor, let rights, let expires):
      principal.actor = text(actor)
      principal.rights = text(rights)
      principal.expires_ms = expires
    case .failure(let status, let message, let retry):
      principal.status = status.rawValue
      principal.message = text(message)
      principal.retry_ms = retry
    }
    guard let callback = waiting.removeValue(forKey: number) else { return }
    if case .nothing = answer {} else { withExtendedLifetime(texts) { callback.fn(callback.ud, &principal) } }
    callback.release(callback.ud)
  }
}
