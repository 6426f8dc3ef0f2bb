import PluginKit

/// Checks passwords on workers: a hash takes a tenth of a second and 64 MiB, so that few are made at once.
@Loop
final class PasswordCheck {
  /// Hashes under way at the same time, and calls that wait for them.
  static let limit = 2
  static let queueLimit = 16

  private let host: Host
  private var running = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []
  /// What the password of an unknown user is compared with, so that it takes as long.
  private static let decoy =
    "$argon2id$v=19$m=65536,t=2,p=1$p5+p3wbdVbvU0KXzbDvahg$Wh/pmtuJx+ooueY88YW/8VYs+bGPNsZYsPf3mIGJ9LA"

  init(host: Host) { self.host = host }

  /// Whether a password is the user's; for nobody it takes as long and is false.
  func isRight(_ password: String, of user: User?) async throws -> Bool {
    let hash = user?.password ?? PasswordCheck.decoy
    let isRight = try await run { SlowHash.verify(password, hash) }
    return isRight && user?.password != nil
  }

  /// The hash of a new password.
  func make(_ password: String) async throws -> String {
    try await run { try SlowHash.make(password, .password) }
  }

  private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    if running >= PasswordCheck.limit {
      guard waiting.count < PasswordCheck.queueLimit else { throw Refusal(retry: 1000).failure }
      await withCheckedContinuation { waiting.append($0) }
    } else {
      running += 1
    }
    defer {
      if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
    }
    return try await host.work(body)
  }
}
