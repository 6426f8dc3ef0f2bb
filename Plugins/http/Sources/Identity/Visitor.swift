import PluginKit

/// What somebody has shown to tell who he is, kept to ask again.
struct Shown {
  let kind: Credential.Kind
  private let secret: [UInt8]

  init(_ credential: Credential) {
    kind = credential.kind
    secret = Array(credential.secret)
  }

  func withCredential(_ body: (Credential) -> Void) {
    secret.withUnsafeBufferPointer { body(Credential(kind: kind, secret: $0)) }
  }
}

/// Who is at the other end of a connection that stays open: asked again after a change and when the time is over.
final class Visitor {
  /// What holds at present; a failed attempt to be somebody else does not change it.
  private(set) var shown: Shown
  /// Who that is; nil until it is known, and when it does not hold any more.
  private(set) var principal: Principal?
  private(set) var isAsking = false
  /// The state of what is known of everybody in which this one was asked for.
  private var generation: Int
  private let authenticator: Authenticator
  let remote: Remote

  init(_ authenticator: Authenticator, _ shown: Shown, _ remote: Remote, principal: Principal? = nil) {
    self.authenticator = authenticator
    self.shown = shown
    self.remote = remote
    self.principal = principal
    generation = authenticator.generation
  }

  /// Whether something has changed since.
  var isOutdated: Bool { generation != authenticator.generation }

  /// Asks who it is, by what it has shown before or shows now. `done` gets what was wrong, perhaps before this returns;
  /// it is not called once the visitor is let go.
  func ask(showing new: Shown? = nil, _ done: @escaping (Problem?) -> Void) {
    isAsking = true
    let generation = authenticator.generation
    let candidate = new ?? shown
    candidate.withCredential { credential in
      authenticator.identify(credential, remote) { [weak self] outcome in
        self?.hear(outcome, candidate, isNew: new != nil, generation, done)
      }
    }
  }

  private func hear(
    _ outcome: Authenticator.Outcome, _ candidate: Shown, isNew: Bool, _ generation: Int,
    _ done: @escaping (Problem?) -> Void
  ) {
    switch outcome {
    case .success(let found):
      // What was found out may be wrong already.
      guard generation == authenticator.generation else { return ask(showing: isNew ? candidate : nil, done) }
      isAsking = false
      self.generation = generation
      shown = candidate
      principal = found
      done(nil)
    case .failure(let problem):
      isAsking = false
      if !isNew { principal = nil }
      done(problem)
    }
  }

  /// Milliseconds after which to ask again; nil for never.
  var timeLeft: UInt64? {
    guard let principal, principal.expires != .max else { return nil }
    let left = principal.expires.subtractingReportingOverflow(Authenticator.now)
    return UInt64(min(max(left.overflow ? 0 : left.partialValue, 1000), 86_400_000))
  }
}
