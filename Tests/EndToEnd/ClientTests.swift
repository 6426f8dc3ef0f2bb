import Testing

/// A host as users run it, and clients that others have written: curl, and Python's websockets.
@Suite(.serialized) struct ClientTests {
  @Test func answersEveryExampleAlikeOnEveryFace() throws {
    try Client.run("faces.py", [try Client.example("rice")])
  }

  @Test func keepsEveryAcknowledgedTaskThroughAKill() throws {
    try Client.run("crash.py", ["20"])
  }

  @Test func deliversEveryEventOnceToAClientThatReconnects() throws {
    try Client.run("events.py", [])
  }
}
