import CPluginSDK
import PluginKit

/// Makes contexts in which a workflow acts under its own name, `workflow:ID`. Such a context reaches public methods alone.
@Loop
struct Actors {
  private let host: Host
  private let table: UnsafePointer<orch_actor>?

  init(host: Host) {
    self.host = host
    table = host.extension(ORCH_EXT_ACTOR)
  }

  /// Runs `body` with a context of an actor.
  ///
  /// - Parameter milliseconds: How long what is called with it may take.
  func act<Value>(
    as actor: String, within milliseconds: Int64, _ body: @Loop (Context) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    guard let make = table?.pointee.make, let free = table?.pointee.free else {
      throw Failure(.unimplemented, "this host lets no plugin act for others, so that no workflow can do anything")
    }
    var context: UnsafeMutablePointer<orch_ctx>?
    var actor = actor
    let status = actor.withUTF8 { actor in
      var identity = orch_identity()
      identity.size = UInt32(MemoryLayout<orch_identity>.size)
      identity.actor = orch_str(
        p: UnsafeRawPointer(actor.baseAddress)?.assumingMemoryBound(to: CChar.self), n: actor.count)
      identity.timeout_ms = milliseconds
      return make(host.raw, &identity, &context)
    }
    guard status == 0, let context else {
      throw Failure(Status(status), "the host does not let a workflow act as \(actor)")
    }
    defer { free(host.raw, context) }
    return try await body(Context(context))
  }
}
