import PluginKit

/// The subscription in which a server of 2026-07-28 tells that its tools have changed.
struct Listening {
  /// The request that is kept open.
  var id: Int?
  fileprivate var wasOpen = false
  fileprivate var failures = 0

  /// It has begun; whether something may have changed since the last one ended.
  mutating func begin() -> Bool {
    failures = 0
    defer { wasOpen = true }
    return wasOpen
  }
}

extension Session {
  /// Hears of changes from now on, as the server's era has it. Without, changes are found by looking, as with servers
  /// that tell nothing.
  func listen() {
    guard era.isModern else { return transport.listen() }
    Loop.task { [weak self] in
      while let self, !self.isOver {
        let (id, answer) = self.begin("subscriptions/listen", within: Int64.max >> 20) { json in
          json.key("notifications")
          json.raw(#"{"toolsListChanged":true}"#)
        }
        self.listening.id = id
        do throws(RequestFailure) {
          _ = try await answer.value(on: self.host) {}
        } catch {
          switch error {
          case .remote: return
          case .local(let failure) where !Self.mayPass(failure): return
          case .local: break
          }
        }
        self.forget(id)
        let pause = 1000 << min(self.listening.failures, 6)
        self.listening.failures += 1
        _ = try? await self.host.sleep(milliseconds: min(pause, 60_000))
      }
    }
  }

  /// Whether what went wrong may be over when it is tried again.
  private static func mayPass(_ failure: Failure) -> Bool {
    switch failure.status {
    case .unavailable, .deadlineExceeded, .resourceExhausted: true
    default: false
    }
  }
}
