import CPluginSDK
import PluginKit

/// Sends finished spans to an OpenTelemetry collector, by OTLP/HTTP in JSON.
///
/// One request at a time. While the collector does not take one it is tried again, later each time; what comes meanwhile
/// waits in the host's bounded queue, and what that has no room for is dropped and counted.
@Loop
final class TraceExporter {
  private let host: Host
  private let settings: TraceSettings
  private let reader: UnsafePointer<orch_trace_reader>
  private let resource: [(name: String, value: String)]
  private let version: String
  private let exported: Counter
  private let lost: Counter
  private let dropped: Counter
  private var countedDrops: UInt64 = 0
  private var timer: Timer?
  /// A request that is under way or waits to be tried again.
  private var pending: Pending?
  private var whenIdle: (() -> Void)?
  private var isStopping = false

  private struct Pending {
    let body: [UInt8]
    let count: Int
    var tries = 0
  }

  /// How often a request is tried: with the waits between, half a minute.
  private static let tryLimit = 6

  init(_ host: Host, _ settings: TraceSettings) throws(Failure) {
    guard let reader = host.extension(ORCH_EXT_TRACE_READER, as: orch_trace_reader.self) else {
      throw Failure(
        .permissionDenied,
        "metrics needs the extension \"\(ORCH_EXT_TRACE_READER)\": allow it the permission \"read-traces\"")
    }
    self.host = host
    self.settings = settings
    self.reader = reader
    version = host.info.version
    var ids = UUIDv7Generator(random: SystemRandomNumberGenerator())
    resource = [
      ("service.name", settings.serviceName), ("service.version", version),
      ("service.instance.id", ids.next(at: .now)),
    ]
    exported = try host.counter("spans_exported", doc: "Spans that the collector has taken.")
    lost = try host.counter("spans_lost", doc: "Spans that the collector did not take.")
    dropped = try host.counter("spans_dropped", doc: "Spans that were dropped because too many waited.")
  }

  /// Begins to record and to send.
  func start() throws {
    let status = reader.pointee.start?(host.raw, settings.ratio, UInt64(settings.queue))
    guard status == Status.ok.rawValue else {
      throw Failure(
        Status(status ?? Status.unimplemented.rawValue), "traces could not be recorded; the log has the reason")
    }
    timer = try host.every(milliseconds: settings.interval) { [unowned self] in send() }
  }

  /// Sends what is left, once, and calls `done`.
  func stop(_ done: @escaping () -> Void) {
    isStopping = true
    timer?.stop()
    whenIdle = done
    if pending == nil { send() }
  }

  // MARK: Sending

  private func send() {
    countDrops()
    guard pending == nil else { return }
    guard let taken = take() else { return finish() }
    pending = taken
    attempt()
  }

  private func take() -> Pending? {
    var payload = TracePayload(resource: resource, version: version)
    let count = withUnsafeMutablePointer(to: &payload) { payload in
      reader.pointee.take?(
        host.raw, UInt64(settings.batch),
        { payload, span in
          guard let span else { return }
          payload?.assumingMemoryBound(to: TracePayload.self).pointee.append(span.pointee)
        }, payload) ?? 0
    }
    return count == 0 ? nil : Pending(body: payload.finish(), count: Int(count))
  }

  private func attempt() {
    guard let body = pending?.body else { return }
    pending?.tries += 1
    var request = WebRequest(
      "POST", settings.url, headers: [("Content-Type", "application/json")] + settings.headers, body: body)
    request.timeout = isStopping ? 2_000 : 10_000
    request.bodyLimit = 64 << 10
    do {
      try host.send(request) { [self] in didEnd($0) }
    } catch {
      giveUp(error.message)
    }
  }

  private func didEnd(_ result: Result<WebReply, Failure>) {
    switch result {
    case .success(let reply) where (200..<300).contains(reply.code):
      accept(reply)
    case .success(let reply):
      // Those that the specification of OTLP/HTTP names as worth another try.
      let mayPass = [429, 502, 503, 504].contains(reply.code)
      retry(mayPass, "it answered \(reply.code)", after: reply["retry-after"].flatMap { Int($0) })
    case .failure(let failure):
      retry(failure.status == .unavailable || failure.status == .deadlineExceeded, failure.message, after: nil)
    }
  }

  /// The collector has taken the request, but perhaps not all of its spans.
  private func accept(_ reply: WebReply) {
    let count = pending?.count ?? 0
    pending = nil
    let partial = (try? host.parse(reply.body))?["partialSuccess"]
    let rejected = partial.flatMap { $0["rejectedSpans"].string.flatMap { Int($0) } ?? $0["rejectedSpans"].int } ?? 0
    if rejected > 0 {
      host.log(
        .warn, "the collector rejected \(rejected) spans: \(partial?["errorMessage"].string ?? "without a reason")")
    }
    lost.add(Double(min(rejected, count)))
    exported.add(Double(max(0, count - rejected)))
    send()
  }

  private func retry(_ mayPass: Bool, _ reason: String, after seconds: Int?) {
    guard mayPass, !isStopping, let tries = pending?.tries, tries < Self.tryLimit else { return giveUp(reason) }
    let wait = seconds.map { min($0, 60) * 1000 } ?? 1000 << (tries - 1)
    do { try host.after(milliseconds: wait) { [weak self] in self?.attempt() } } catch { giveUp(reason) }
  }

  private func giveUp(_ reason: String) {
    let count = pending?.count ?? 0
    pending = nil
    lost.add(Double(count))
    host.log(.warn, "\(count) spans could not be sent to \(settings.url): \(reason)")
    finish()
  }

  private func finish() {
    guard isStopping, pending == nil else { return }
    let done = whenIdle
    whenIdle = nil
    done?()
  }

  private func countDrops() {
    let now = reader.pointee.dropped?(host.raw) ?? 0
    dropped.add(Double(now &- countedDrops))
    countedDrops = now
  }
}
