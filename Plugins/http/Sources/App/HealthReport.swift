import PluginKit

/// The body of `GET /health`, asked for once per second at most: monitors and load balancers ask more often.
final class HealthReport {
  private let gate: HostGate
  private(set) var body = ByteBuffer()
  /// 503 when an essential plugin is down.
  private(set) var status = HTTPStatus.serviceUnavailable
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
      return
    }
    body.removeAll()
    body.append(text.bytes)
    status = Self.isEssentialDown(text.bytes) ? .serviceUnavailable : .ok
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
