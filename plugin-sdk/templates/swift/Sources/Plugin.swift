public import CPluginSDK
import PluginKit

/// Greets and adds.
final class @NAME@: Plugin {
  static let id = "@ID@"
  static let version = "0.1.0"

  static var services: [Service<@NAME@>] {
    [
      Service("@SYMBOL@", version: "0.1.0", doc: "Greets and adds.") {
        Method(
          "greet", [.read, .answersNow], doc: "Greets somebody.",
          parameters: [.string("name", "Whom to greet.", defaultValue: "world", schema: #"{"maxLength":200}"#)],
          result: .json(
            schema: #"""
              {"type":"object","required":["greeting","name"],
               "properties":{"greeting":{"type":"string"},"name":{"type":"string"}}}
              """#),
          examples: #"""
            [{"args":{},"result":{"greeting":"Hello","name":"world"}},
             {"args":{"name":"Ada"},"result":{"greeting":"Hello","name":"Ada"}},
             {"args":{"name":""},"error":"invalid_argument"}]
            """#
        ) { plugin, call in
          try plugin.greet(call)
        }
        Method(
          "add", [.read, .idempotent, .answersNow], doc: "Adds two numbers.",
          parameters: [.double("a", "The first number."), .double("b", "The second number.")], result: .double,
          examples: #"[{"args":{"a":1,"b":2.5},"result":3.5}]"#
        ) { _, call in
          var json = JSONWriter()
          json.double(try call.double("a") + call.double("b"))
          call.answer(json)
        }
      }
    ]
  }

  static var topics: [Topic] {
    [Topic("@ID@:greeted", doc: "Somebody was greeted.", example: #"{"greeting":"Hello","name":"world"}"#)]
  }

  private let host: Host

  init(host: Host, config: JSONValue) throws {
    self.host = host
  }

  private func greet(_ call: Call) throws {
    let name = try call.string("name")
    guard !name.isEmpty else { throw Failure(.invalidArgument, "name must not be empty.") }
    var json = JSONWriter()
    json.beginObject()
    json.member("greeting", "Hello")
    json.member("name", name)
    json.endObject()
    host.publish("@ID@:greeted", json, context: call.context)
    call.answer(json)
  }
}

@c(orch_plugin_@SYMBOL@) @Loop
public func entry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  @NAME@.entry(host)
}
