import PluginKit

/// What is measured of the requests of one route. Its series are made by its first request: routes that nobody uses have
/// none.
final class RouteMeter {
  /// `/api/tasks/{id}`; empty for requests that lead nowhere.
  let pattern: String
  /// The name of the route as spans bear it: `GET /api/tasks/{id}`.
  let name: String
  private let method: HTTPMethod
  /// By the first digit of the status.
  private var counters: [Counter?] = Array(repeating: nil, count: 6)
  private var times: Histogram?
  /// What is measured of `HEAD`, which follows from `GET`.
  private var head: RouteMeter?
  private var isRefused = false

  /// From a tenth of a millisecond to ten seconds.
  static let bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  init(_ method: HTTPMethod, _ pattern: String) {
    self.method = method
    self.pattern = pattern
    name = pattern.isEmpty ? "\(method.name)" : "\(method.name) \(pattern)"
  }

  func count(_ asked: HTTPMethod, _ status: HTTPStatus, nanoseconds: UInt64, host: Host) {
    if asked == .head, method != .head {
      let meter = head ?? RouteMeter(.head, pattern)
      head = meter
      return meter.count(asked, status, nanoseconds: nanoseconds, host: host)
    }
    let family = min(Int(status.rawValue) / 100, 5)
    guard let counter = counters[family] ?? define(family, host) else { return }
    counter.add()
    times?.observe(Double(nanoseconds) / 1e9)
  }

  private func define(_ family: Int, _ host: Host) -> Counter? {
    guard !isRefused else { return nil }
    let (method, path) = ("\(method.name)", pattern)
    do {
      let (counter, times) = try Loop.assumeIsolated {
        (
          try host.counter(
            "requests", doc: "Requests, by route and by the hundreds of the status.",
            labels: ["method": method, "route": path, "status": "\(family)xx"]),
          try host.histogram(
            "request_duration_seconds", doc: "Time from the first byte of a request to the end of its reply.",
            labels: ["method": method, "route": path], bounds: Self.bounds)
        )
      }
      counters[family] = counter
      self.times = times
      return counter
    } catch {
      isRefused = true  // There are too many series: the log has said so.
      return nil
    }
  }
}
