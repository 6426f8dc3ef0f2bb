import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// What headers say.
@Suite struct HeaderTests {
  @Test(arguments: [
    ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/json;x", true),
    ("text/plain", false), ("application/jsonp", false), ("", false), (nil, false),
    ("text/plain, application/json", false),
  ])
  @Loop func knowsJSONByItsType(type: String?, isJSON: Bool) {
    #expect(HTTPHeaders.isJSON(type) == isJSON)
  }

  @Test(arguments: [
    ("application/json, text/event-stream", true, true), ("*/*", true, true), (nil, true, true), ("", true, true),
    ("text/event-stream", false, true), ("application/json;q=0.9", true, false), ("text/html", false, false),
    ("TEXT/*", false, true),
  ])
  func knowsWhatIsTaken(header: String?, json: Bool, events: Bool) {
    let accept = Acceptance(header)
    #expect(accept.json == json && accept.events == events)
  }
}
