import PluginKit

/// The event stream of the server itself, as an OpenAPI path. What the events hold stands in the AsyncAPI document.
enum OpenAPIEvents {
  static let path = "/api/events"

  static var item: Value {
    var parameters: [Value] = [
      parameter(
        "topics", "query", "Patterns with commas between; `*` matches one segment, as the last one any rest.", "string"),
      parameter("since", "query", "The seq of the last event that was seen; from now on without it.", "integer"),
      parameter("log", "query", "The log that since belongs to.", "string"),
      parameter(
        "Last-Event-ID", "header", "Where a browser that comes back has stopped; wins over since and log.", "string"),
    ]
    var topics = parameters[0].object ?? Fields()
    topics["required"] = true
    topics["example"] = "task:*"
    parameters[0] = .object(topics)
    var responses: Fields = [
      "200": [
        "description":
          "Server-sent events without end: events, subscribed (first), resync and lost. The id of an event is log:seq.",
        "content": ["text/event-stream": ["schema": ["type": "string"]]],
      ]
    ]
    for code in ["400", "401", "403", "406", "429", "503"] { responses[code] = OpenAPIAnswers.reference(code) }
    return [
      "get": [
        "operationId": "events", "tags": ["server"], "summary": "What happens, as server-sent events.",
        "parameters": .array(parameters), "responses": .object(responses),
      ]
    ]
  }

  private static func parameter(_ name: String, _ place: String, _ doc: String, _ type: String) -> Value {
    [
      "name": .string(name), "in": .string(place), "description": .string(doc), "schema": ["type": .string(type)],
    ]
  }
}
