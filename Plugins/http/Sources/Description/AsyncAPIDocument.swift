import PluginKit

/// The AsyncAPI 3.0 document of the events that plugins publish, as WebSocket clients receive them.
///
/// Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0.
enum AsyncAPIDocument {
  /// - Parameters:
  ///   - topics: What `host.topics` answers.
  ///   - version: Of the host.
  static func build(from topics: Value, version: String) -> Value {
    var messages = Fields()
    for topic in topics.object?["items"]?.array ?? [] {
      guard let fields = topic.object, let name = fields["name"]?.string else { continue }
      messages[name.replacing(":", with: ".")] = message(name, fields)
    }
    return [
      "asyncapi": "3.0.0",
      "info": ["title": "Orchestron events", "version": .string(version)],
      "channels": [
        "events": [
          "address": "/ws",
          "description":
            """
          JSON-RPC 2.0 over WebSocket: subscribe {topics, since?, log?}, then notifications of the method event. The \
          same messages, without subscription, are server-sent events at /api/events?topics=a,b&since=&log=.
          """,
          "messages": .object(messages),
        ]
      ],
      "operations": [
        "receiveEvents": ["action": "receive", "channel": ["$ref": "#/channels/events"]]
      ],
    ]
  }

  private static func message(_ name: String, _ topic: Fields) -> Value {
    var message: Fields = ["name": .string(name), "summary": topic["doc"] ?? "", "contentType": "application/json"]
    message["payload"] = [
      "type": "object", "required": ["subscription", "topic", "time", "source", "data"],
      "properties": [
        "subscription": ["type": "integer"],
        "seq": ["type": "integer", "description": "Its place in the durable log; absent for what is not kept"],
        "topic": ["const": .string(name)], "time": ["type": "string", "format": "date-time"],
        "source": ["type": "string", "description": "The plugin that published it"],
        "data": topic["schema"] ?? true,
      ],
    ]
    if let example = topic["example"] {
      message["examples"] = [["payload": ["topic": .string(name), "source": topic["plugin"] ?? "", "data": example]]]
    }
    return .object(message)
  }
}
