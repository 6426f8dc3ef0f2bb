import PluginKit

/// The bodies of `GET /health` and `/health/ready`, asked for once per second at most: monitors and load balancers ask more
/// often.
final class HealthReport {
  private let gate: HostGate
  private(set) var body = ByteBuffer()
  /// 503 when an essential plugin is down.
  private(set) var status = HTTPStatus.serviceUnavailable
  /// What essential plugins keep this host from being ready.
  private(set) var readyBody = ByteBuffer()
  private(set) var isReady = false
  private var expires: UInt64 = 0

  init(_ gate: HostGate) { self.gate = gate }

  /// Makes the next ``refresh(at:)`` ask.
  func invalidate() { expires = 0 }

  /// Asks the host when the last answer is older than a second. `now` is in milliseconds.
  func refresh(at now: UInt64) {
    guard now >= expires else { return }
    expires = now + 1000
    let call = TextCall()
    gate.begin(call, "host.health")
    guard case .success(let text)? = call.result else {
      // Not this time: keep what was said last, but do not call it healthy.
      status = .serviceUnavailable
      withdraw()
      return
    }
    body.removeAll()
    body.append(text.bytes)
    status = Self.isEssentialDown(text.bytes) ? .serviceUnavailable : .ok
    weigh(text.bytes)
  }

  /// Ready is who has all essential plugins at work, with their own checks passed: started, not degraded.
  private func weigh(_ report: Bytes) {
    isReady = true
    setUnready { body in
      JSONText.forEachElement(ofMember: "plugins", of: report) { plugin in
        guard JSONText.member("essential", of: plugin)?.equals("true") == true,
          JSONText.member("state", of: plugin)?.equals(#""started""#) != true
        else { return }
        if !isReady { body.append(UInt8(ascii: ",")) }
        isReady = false
        body.append(plugin)
      }
    }
    guard isReady else { return }
    readyBody.removeAll()
    readyBody.append(#"{"status":"ready"}"#)
  }

  /// Says that this host takes no new work.
  func withdraw() {
    isReady = false
    setUnready { _ in }
  }

  private func setUnready(_ plugins: (inout ByteBuffer) -> Void) {
    readyBody.removeAll()
    readyBody.append(#"{"status":"unready","plugins":["#)
    plugins(&readyBody)
    readyBody.append("]}")
  }

  /// Whether a plugin of the report is essential and does not work.
  static func isEssentialDown(_ report: Bytes) -> Bool {
    var isDown = false
    JSONText.forEachElement(ofMember: "plugins", of: report) { plugin in
      guard JSONText.member("essential", of: plugin)?.equals("true") == true else { return }
      let state = JSONText.member("state", of: plugin)
      if state?.equals(#""started""#) != true, state?.equals(#""degraded""#) != true { isDown = true }
    }
    return isDown
  }
}
