import CPluginSDK
import PluginKit

/// A plugin that uses PluginKit in every way, for the tests to look at from the other side.
final class Probe: Reconfigurable {
  static let id = "probe"
  static let version = "1.2.3"
  static var topics: [Topic] { [Topic("probe:seen", doc: "Something was seen.", example: "{}")] }

  static var services: [Service<Probe>] {
    [
      Service("probe", version: "1.0.0", doc: "Does what tests ask for.") {
        Method(
          "types", [.read, .answersNow], doc: "Gives its arguments back.",
          parameters: [
            .string("text", "Text"), .int("int", "Integer"), .double("double", "Number"), .bool("bool", "Boolean"),
            .bytes("bytes", "Bytes"), .json("json", "Anything"),
          ], result: .json
        ) { _, call in
          var json = JSONWriter()
          json.beginObject()
          json.member("text", try call.string("text"))
          json.member("int", try call.int("int"))
          json.member("double", try call.double("double"))
          json.member("bool", try call.bool("bool"))
          json.key("bytes")
          json.beginArray()
          for byte in try call.bytes("bytes") { json.int(byte) }
          json.endArray()
          json.key("json")
          json.raw(try call.json("json"))
          json.endObject()
          call.answer(json)
        }
        Method(
          "optional", .read, doc: "Tells which arguments are there.",
          parameters: [
            .string("text", "Text", optional: true), .int("int", "Integer", defaultValue: 5),
            .string("quoted", "Text", defaultValue: "a \"b\""),
          ], result: .json
        ) { _, call in
          var json = JSONWriter()
          json.beginArray()
          json.bool(call.stringIfPresent("text") != nil)
          json.int(call.intIfPresent("int") ?? -1)
          json.string(call.stringIfPresent("quoted") ?? "")
          json.endArray()
          call.answer(json)
        }
        Method(
          "missing", .read, doc: "Asks for an argument that is absent.",
          parameters: [.string("text", "Text", optional: true)]
        ) { _, call in
          _ = try call.string("text")
        }
        Method("fail", .read, doc: "Fails.") { _, _ in
          throw Failure(.notFound, "task 7 does not exist", details: #"{"id":7}"#)
        }
        Method("crash", .read, doc: "Fails with an error of its own.") { _, _ in throw Private() }
        Method("silent", .read, doc: "Never answers.") { _, _ in }
        Method("twice", .read, doc: "Answers twice.") { _, call in
          call.answer()
          call.answer()
        }
        Method("infinite", .read, doc: "Answers with infinity.", result: .json) { _, call in
          var json = JSONWriter()
          json.double(.infinity)
          call.answer(json)
        }
        Method("array", .read, doc: "Answers with an array of bytes.", result: .json) { _, call in
          call.answer(json: Array("[1,2]".utf8))
        }
        Method(
          "copy", .read, doc: "Answers with a copy of its arguments.",
          parameters: [.json("value", "Anything")], result: .json
        ) { _, call in
          call.answer(copying: call.arguments)
        }
        Method(
          "codable", .read, doc: "Answers with a value that it decoded.",
          parameters: [.json("value", "A shape")], result: .json
        ) { probe, call in
          let shape = try probe.host.parse(call.json("value")).decode(Shape.self)
          try call.answer(encoding: shape)
        }
        Method("later", .read, doc: "Answers after 50 ms.", result: .json) { probe, call in
          let call = call.retain()
          try probe.host.after(milliseconds: 50) { call.call.answer(copying: "\"late\"") }
        }
        Method("forget", .read, doc: "Retains its call and forgets it.") { _, call in _ = call.retain() }
        Method("stream", [.read, .stream], doc: "Counts.", result: .json) { _, call in
          for number in 1...3 { _ = call.emit(String(number)) }
          call.answer(copying: "\"done\"")
        }
        Method("watch", .read, doc: "Waits until it is cancelled.") { _, call in
          let retained = call.retain()
          call.onCancel { retained.call.fail(.cancelled, "nobody waits") }
        }
        Method("pour", [.read, .stream], doc: "Emits when there is room.") { _, call in
          _ = call.emit("1")
          let retained = call.retain()
          call.onWritable {
            _ = retained.call.emit("2")
            retained.call.answer()
          }
        }
        Method("context", .read, doc: "Tells who calls.", result: .json) { _, call in
          var json = JSONWriter()
          json.beginArray()
          json.string(call.context?.actor ?? "")
          json.bool((call.context?.remainingMilliseconds ?? 0) > 0)
          json.bool(call.context?.isCancelled ?? true)
          json.endArray()
          call.answer(json)
        }
        Method("work", .read, doc: "Works on a worker.", result: .json) { probe, call in
          let call = call.retain()
          let host = probe.host
          try host.work {
            Loop.isCurrent
          } done: { onLoop in
            let wrong = (try? onLoop.get()) != false || !Loop.isCurrent
            call.call.answer(copying: wrong ? "false" : "true")
          }
        }
        Method("call", .read, doc: "Calls another plugin.", result: .json) { probe, call in
          let call = call.retain()
          probe.host.call("other.get", #"{"id":1}"#, context: call.call.context) { reply in
            call.call.answer(forwarding: reply)
          }
        }
        Method("publish", .write, doc: "Publishes.") { probe, call in
          probe.host.publish("probe:seen", #"{"n":1}"#, context: call.context)
          call.answer()
        }
        Method("append", .write, doc: "Records.", result: .json) { probe, call in
          let call = call.retain()
          probe.host.append("probe:kept", "{}") { result in
            call.call.answer(copying: (try? result.get()).map { String($0) } ?? "null")
          }
        }
        Method("heard", .read, doc: "Tells what it heard.", result: .json) { probe, call in
          var json = JSONWriter()
          try json.encode(probe.heard)
          call.answer(json)
        }
        Method("state", .write, doc: "Stores and loads.", result: .json) { probe, call in
          let before = try probe.host.loadState()?.text
          try probe.host.storeState("kept")
          let after = try probe.host.loadState()?.text
          try call.answer(encoding: [before, after])
        }
        Method("metrics", .write, doc: "Counts.") { probe, call in
          try probe.host.counter("calls", doc: "Calls.", labels: ["kind": "a \"b\""]).add()
          try probe.host.gauge("depth", doc: "Depth.").set(2)
          try probe.host.histogram("time_seconds", doc: "Time.", bounds: [0.1, 1]).observe(0.5)
          call.answer()
        }
        Method("slot", .read, doc: "Calls a typed method.", result: .double) { probe, call in
          var result = 0.0
          let status = try probe.host.slot("other.half", signature: "d(d)").call(call.context) {
            unsafeBitCast($0, to: Half.self)($1, $2, 7, &result)
          }
          try call.answer(encoding: status == 0 ? result : -1)
        }
        Method("info", .read, doc: "Tells where it is.", result: .json) { probe, call in
          let info = probe.host.info
          try call.answer(encoding: [info.pluginID, info.storageDirectory])
        }
        Method.native(
          "half", [.read, .anyThread], doc: "Half of a number.", parameters: [.double("x", "The number")],
          result: .double, function: half)
        asynchronous
      }
    ]
  }

  private static let half = unsafeBitCast(
    { instance, context, x, result in
      guard Probe.from(instance) != nil, let context, let result else { return Status.internal.rawValue }
      if x < 0 { return Context(context).fail(Failure(.invalidArgument, "x is negative")) }
      result.pointee = x / 2
      return Status.ok.rawValue
    } as Half, to: NativeFunction.self)

  typealias Half =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_ctx>?, Double, UnsafeMutablePointer<Double>?
    ) -> orch_status

  let host: Host
  private(set) var config: Shape?
  var heard: [String] = []

  init(host: Host, config: JSONValue) throws {
    self.host = host
    try reconfigure(config)
    try host.subscribe(["other:*"]) { [unowned self] event in
      heard.append("\(event.topic) \(String(decoding: event.data, as: UTF8.self)) \(event.source)")
    }
  }

  func reconfigure(_ config: JSONValue) throws {
    if config["refuse"].bool == true { throw Failure(.failedPrecondition, "the configuration refuses") }
    self.config = config["shape"].isPresent ? try config["shape"].decode() : nil
  }

  func start() async throws {
    if config?.name == "slow" { try await host.sleep(milliseconds: 20) }
    if config?.name == "broken" { throw Failure(.unavailable, "it cannot start") }
  }

  func health() throws {
    if config?.name == "ill" { throw Failure(.unavailable, "it is ill") }
  }

  func save() throws -> [UInt8] { Array("saved".utf8) }
}

/// An error that nobody outside may see.
struct Private: Error {
  let secret = "password"
}

struct Shape: Codable, Equatable {
  enum Kind: String, Codable { case round, square }

  var name: String
  var sides: [Int]
  var kind: Kind?
  var nested: [String: Double]?
}

@Loop
func probeEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Probe.entry(host)
}
