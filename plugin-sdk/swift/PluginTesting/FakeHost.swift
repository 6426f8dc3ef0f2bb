import CFakeHost
public import CPluginSDK
public import PluginKit

/// A host for the tests of a plugin: one instance, no process, no network, and time that moves only when told.
///
/// ```swift
/// @Test func greets() async throws {
///   try await FakeHost.run(greeterEntry) { host throws in
///     #expect(try host.call("greeter.greet", ["name": "Ada"]) == "Hello, Ada!")
///   }
/// }
/// ```
/// When `try` stands in nothing but `#expect`, Swift must be told: `{ host throws in … }`.
///
/// Nothing happens by itself: ``call(_:_:)`` runs until the call is answered, ``settle()`` runs what is queued and
/// ``advance(milliseconds:)`` moves the clock of the timers. Blocking work runs on the spot. Arguments are checked for name,
/// type and presence; JSON Schemas are not looked at: the real host does that.
///
/// Tests that use it may run in parallel: their hosts take turns.
@Loop
public final class FakeHost {
  /// The entry function of a plugin.
  public typealias Entry = @Loop (UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>?

  let raw: OpaquePointer

  private init(_ id: String, _ storage: String) {
    // The C host ends the process rather than return NULL.
    raw = fake_host_new(id, storage)!
  }

  /// Loads a plugin, runs `body` with it, and stops it.
  ///
  /// - Parameters:
  ///   - entry: The plugin's entry function.
  ///   - config: Its configuration, an object. Nothing validates it here.
  ///   - storage: The folder that the plugin is told to store in.
  /// - Throws: The failure of create, start or stop; what `body` throws; a ``Failure`` with ``Status/internal`` when the
  ///   plugin committed faults, such as a second answer or a retained call that it never released. Standard error has
  ///   a line about each.
  public nonisolated static func run<Value: Sendable>(
    _ entry: @escaping Entry, config: JSON = [:], storage: String = "/tmp",
    _ body: @Loop (FakeHost) throws -> Value
  ) async throws -> Value {
    await Turn.shared.begin()
    defer { Turn.shared.end() }
    TestLoop.shared.attach()
    return try await runOnLoop(entry, config, storage, body)
  }

  private static func runOnLoop<Value: Sendable>(
    _ entry: @escaping Entry, _ config: JSON, _ storage: String, _ body: @Loop (FakeHost) throws -> Value
  ) async throws -> Value {
    guard let descriptor = entry(nil) else { throw Failure(.internal, "the entry function returned nil") }
    let host = FakeHost(String(cString: descriptor.pointee.id), storage)
    let result = Result { try host.live(entry, config, body) }
    TestLoop.shared.attach()
    let faults = fake_host_free(host.raw)
    let value = try result.get()
    guard faults == 0 else {
      throw Failure(.internal, "the plugin committed \(faults) faults; standard error tells which")
    }
    return value
  }

  private func live<Value>(
    _ entry: @escaping Entry, _ config: JSON, _ body: @Loop (FakeHost) throws -> Value
  ) throws -> Value {
    try load(entry, config)
    let result = Result { try body(self) }
    try check(fake_host_unload(raw))
    settle()
    return try result.get()
  }

  private func load(_ entry: @escaping Entry, _ config: JSON) throws(Failure) {
    Self.loading = entry
    defer { Self.loading = nil }
    try check(fake_host_load(raw, Self.enter, config.text))
  }

  /// The entry function that is being called, for a C function that has no way to carry it.
  private static var loading: Entry?

  private static let enter: @convention(c) (UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? = {
    loading?($0)
  }

  /// Hands the plugin another configuration while it runs. Nothing validates it here.
  ///
  /// - Throws: The plugin's refusal; ``Status/unimplemented`` when it is not ``Reconfigurable``.
  public func reconfigure(_ config: JSON) throws(Failure) {
    try check(fake_host_reconfigure(raw, config.text))
    settle()
  }

  private func check(_ status: orch_status) throws(Failure) {
    if status != 0 { throw Failure(Status(status), String(cString: fake_host_message(raw))) }
  }

  // MARK: Calls

  /// Calls a handler and runs until it has answered; the clock moves by up to 30 s when it must wait.
  ///
  /// - Returns: The answer.
  /// - Throws: The ``Failure`` that the method answered with.
  @discardableResult
  public func call(_ method: String, _ arguments: JSON = [:]) throws(Failure) -> JSON {
    try stream(method, arguments).answer
  }

  /// Calls a streaming method and runs until it has answered.
  public func stream(_ method: String, _ arguments: JSON = [:]) throws(Failure) -> (chunks: [JSON], answer: JSON) {
    guard let reply = fake_host_call(raw, method, arguments.text)?.pointee else {
      throw Failure(.internal, "the fake host gave no reply")
    }
    guard reply.status == 0 else {
      let details = String(cString: reply.details)
      throw Failure(Status(reply.status), String(cString: reply.message), details: details.isEmpty ? nil : details)
    }
    var chunks: [JSON] = []
    for line in String(cString: reply.chunks).split(separator: "\n") { chunks.append(try JSON(parsing: String(line))) }
    return (chunks, try JSON(parsing: String(cString: reply.json)))
  }

  /// The declaration of a method; nil when there is none. The `fn` of a native method, cast to its type, takes
  /// ``instance`` first.
  public func declaration(of method: String) -> orch_method? {
    fake_host_method(raw, method)?.pointee
  }

  /// The `self` pointer of the plugin, for functions of the C headers.
  public var instance: UnsafeMutableRawPointer? { fake_host_self(raw) }

  /// The host as the plugin sees it, for functions of the C headers.
  public var handle: UnsafeMutablePointer<orch_host> {
    // Never NULL: it is the address of a member.
    fake_host_handle(raw)!
  }

  /// Calls every handler with the examples of its declaration. A different result is a fault.
  ///
  /// - Returns: The number of examples.
  @discardableResult
  public func checkExamples() -> Int { fake_host_check_examples(raw) }

  /// Says how calls of another plugin's method are answered. A method without an answer is ``Status/notFound``.
  public func answer(_ method: String, with result: Result<JSON, Failure>) {
    switch result {
    case .success(let json): fake_host_answer_calls(raw, method, 0, json.text)
    case .failure(let failure): fake_host_answer_calls(raw, method, failure.status.rawValue, failure.message)
    }
  }

  /// Provides a typed method of another plugin, for ``Host/slot(_:signature:)``.
  public func provide(
    _ method: String, signature: String, _ function: NativeFunction, instance: UnsafeMutableRawPointer? = nil
  ) {
    fake_host_provide(raw, method, signature, function, instance)
  }

  // MARK: Raw routes

  /// Makes a request and runs what is queued. Whoever asks may do everything; files are looked for below the current folder.
  ///
  /// - Parameters:
  ///   - target: Such as `GET /hello/Ada?x=1`.
  ///   - headers: Lines `Name: value`.
  ///   - body: The whole body; nil for one that follows by ``FakeRequest/send(_:)``.
  public func request(_ target: String, headers: [String] = [], body: String? = "") -> FakeRequest {
    let headers = headers.map { "\($0)\n" }.joined()
    // The C host ends the process rather than return NULL.
    return FakeRequest(raw: fake_host_request(raw, target, headers, body)!)
  }

  /// Opens a WebSocket.
  public func connect(_ path: String) -> FakeRequest { request("GET \(path)", headers: ["Upgrade: websocket"]) }

  // MARK: Outside

  /// Says how requests to servers are answered from now on; at first with 200 and an empty body.
  public func answerRequests(code: Int, body: String) { fake_host_answer_http(raw, Int32(code), body) }

  /// The requests that the plugin sent, each as `METHOD URL`, a line end and the body.
  public var requests: [String] { list { fake_host_http_request(raw, $0) } }

  /// Says what child processes write and return from now on, once their input is closed; at first nothing and 0.
  public func answerCommands(output: String, errors: String, status: Int64) {
    fake_host_answer_commands(raw, output, errors, status)
  }

  /// The child processes that have ended, each as its arguments parted by spaces, a line end and its input.
  public var commands: [String] { list { fake_host_command(raw, $0) } }

  /// Tells of a change to those who watch exactly this path.
  ///
  /// - Returns: How many there were.
  @discardableResult
  public func change(_ path: String, _ name: String, _ kinds: FileChange.Kinds) -> Int {
    defer { settle() }
    return fake_host_change(raw, path, name, kinds.rawValue)
  }

  func list(_ text: (Int) -> UnsafePointer<CChar>?) -> [String] {
    var texts: [String] = []
    while let next = text(texts.count) { texts.append(String(cString: next)) }
    return texts
  }

  // MARK: Time and events

  /// Runs what is queued until nothing is.
  public func settle() {
    fake_host_run(raw)
  }

  /// Lets time pass: timers fire in order, and what is queued runs in between.
  public func advance(milliseconds: Int) {
    fake_host_advance(raw, UInt64(max(milliseconds, 0)))
  }

  /// An event that the plugin published.
  public struct PublishedEvent: Sendable, Equatable {
    public let topic: String
    public let data: JSON
  }

  /// What the plugin published so far, in order.
  public var events: [PublishedEvent] {
    var events: [PublishedEvent] = []
    while let topic = fake_host_published_topic(raw, events.count),
      let data = fake_host_published_data(raw, events.count)
    {
      // Data that is not JSON is a fault, and counted as such.
      let json = (try? JSON(parsing: String(cString: data))) ?? .null
      events.append(PublishedEvent(topic: String(cString: topic), data: json))
    }
    return events
  }

  /// Delivers an event to the plugin's subscriptions, as if another plugin had published it.
  public func deliver(_ topic: String, _ data: JSON) {
    fake_host_event(raw, topic, data.text)
    settle()
  }

  /// For whom the plugin made contexts so far, each as `actor behalf rights trace`; what is empty leaves nothing.
  public var acted: [String] { list { fake_host_acted(raw, $0) } }

  /// Whether the plugin logged a line that contains `text`.
  public func hasLogged(_ text: String) -> Bool { fake_host_logged(raw, text) != 0 }

  /// The faults of the plugin so far.
  public var faults: Int { Int(fake_host_faults(raw)) }
}
