import CHost

/// What a caller is told.
enum Reply {
  /// One chunk of a stream; more follows.
  case chunk(UnsafeMutablePointer<orch_buf>)
  /// The answer. Whoever keeps the bytes takes the buffer: see `orch_reply.body`.
  case end(UnsafeMutablePointer<orch_buf>)
  /// The failure, and the plugin that it came from (`host` for the host itself).
  case error(Failure, plugin: Text)
}

/// Where the replies of a call go.
enum ReplySink {
  case none
  /// To a plugin's callback.
  case plugin(Plugin, orch_reply_cb)
  /// To the host's own code.
  case host((Reply) -> Void)
}
