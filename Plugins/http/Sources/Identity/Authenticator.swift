import CPluginSDK
import Glibc
import PluginKit

/// Finds out who asks: by the plugin that provides `orchestron.auth/1`, or, where there is none, that it is anybody.
final class Authenticator {
  typealias Outcome = Result<Principal, Problem>

  private let auth: UnsafePointer<orch_auth>?
  /// Who everybody is while nobody has to show who he is.
  let anybody = Principal.anybody()
  /// Who it is that nobody has asked for.
  let nobody = Principal.nobody()
  /// Grows when answers given before may be wrong now.
  private(set) var generation = 0
  /// The name of the session cookie.
  private(set) var cookie: [UInt8] = []

  init(_ auth: UnsafePointer<orch_auth>?) { self.auth = auth }

  /// Whether somebody has to show who he is.
  var isRequired: Bool { auth != nil }

  /// Learns the name of the session cookie for the port that is listened on.
  func listens(on port: Int) {
    guard let auth, let cookie = auth.pointee.cookie else { return }
    self.cookie = Array(Bytes(cookie(auth.pointee.`self`, UInt16(clamping: port))))
  }

  /// Milliseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Forgets what is remembered of connections.
  func forget() { generation += 1 }

  /// What a request shows to tell who asks. A cookie does not count for pages of foreign origins.
  func credential(of exchange: HTTPExchange) -> Credential {
    Credential(of: exchange, cookie: cookie, allowsCookie: !exchange.allowsOrigin)
  }

  /// Who asks, when that is known without asking: from what the connection was known by, while that holds.
  func known(_ exchange: HTTPExchange, _ credential: Credential) -> Principal? {
    guard isRequired else { return anybody }
    guard let known = exchange.connection?.attachment as? KnownIdentity,
      known.holds(for: credential, exchange.remote, generation: generation, now: Self.now)
    else { return nil }
    return known.principal
  }

  /// Finds out who shows a credential. `done` may run before this returns.
  func identify(_ credential: Credential, _ remote: Remote, _ done: @escaping (Outcome) -> Void) {
    guard let auth, let authenticate = auth.pointee.authenticate else { return done(.success(anybody)) }
    var shown = orch_credential()
    shown.size = UInt32(MemoryLayout<orch_credential>.size)
    shown.kind = credential.kind.rawValue
    shown.secret = credential.secret.abi
    shown.address = remote.text.bytes.abi
    let callback = orch_principal_cb(
      fn: { me, principal in
        guard let me, let principal = principal?.pointee else { return }
        Unmanaged<Question>.fromOpaque(me).takeUnretainedValue().answer(Authenticator.outcome(principal))
      }, ud: Unmanaged.passRetained(Question(done)).toOpaque(),
      release: { me in
        guard let me else { return }
        let question = Unmanaged<Question>.fromOpaque(me).takeRetainedValue()
        question.answer(.failure(Problem(.unavailable, "Nobody can tell who you are: the plugin auth did not answer.")))
      })
    withExtendedLifetime(remote) { authenticate(auth.pointee.`self`, &shown, callback) }
  }

  private static func outcome(_ principal: orch_principal) -> Outcome {
    let status = Status(principal.status)
    guard status == .ok else {
      let message = Bytes(principal.message).text
      var problem = Problem(status, message.isEmpty ? "Nobody knows who you are." : message, plugin: "auth")
      if principal.retry_ms > 0 { problem.retryAfter = (principal.retry_ms + 999) / 1000 }
      return .failure(problem)
    }
    return .success(
      Principal(
        actor: Bytes(principal.actor), behalf: Bytes(principal.behalf), rights: Bytes(principal.rights),
        isLocal: principal.is_local == 1, expires: principal.expires_ms > 0 ? principal.expires_ms : .max))
  }

  /// One question under way; the first answer counts.
  private final class Question {
    private var done: ((Outcome) -> Void)?
    init(_ done: @escaping (Outcome) -> Void) { self.done = done }

    func answer(_ outcome: Outcome) {
      let done = done
      self.done = nil
      done?(outcome)
    }
  }
}

/// What a connection is known by: asked again for another credential or client of a proxy, after a change, and when the
/// time is over.
final class KnownIdentity {
  let principal: Principal
  private let kind: Credential.Kind
  private let secret: [UInt8]
  private let generation: Int
  private let remote: Remote

  init(_ principal: Principal, _ credential: Credential, _ remote: Remote, generation: Int) {
    self.principal = principal
    self.remote = remote
    kind = credential.kind
    secret = Array(credential.secret)
    self.generation = generation
  }

  /// Whether it still holds. `now` is in milliseconds since 1970.
  func holds(for credential: Credential, _ remote: Remote, generation: Int, now: Int64) -> Bool {
    self.generation == generation && kind == credential.kind && now < principal.expires
      && self.remote.isSame(as: remote)
      && secret.withUnsafeBufferPointer { $0.equals(credential.secret) }
  }
}
