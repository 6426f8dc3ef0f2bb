import CPluginSDK

/// Somebody for whom a plugin acts, and what he may do.
public struct Principal: Sendable, Equatable {
  /// `kind:id`.
  public var actor: String
  /// `kind:id` of the person behind a token or an agent, or the empty string.
  public var behalf: String
  /// Words with a space between them (`ext/actor.h`); nil for everything.
  public var rights: String?

  public init(actor: String, behalf: String = "", rights: String? = nil) {
    self.actor = actor
    self.behalf = behalf
    self.rights = rights
  }
}

@Loop
extension Host {
  /// What an actor may do who is known already; everything in a host in which nobody is asked who he is.
  ///
  /// Asks the plugin that provides `orchestron.auth/1`: name its service in `optional` of `plugin.json`.
  ///
  /// - Throws: `unauthenticated` when nobody is known by that name, or nobody any more.
  public func principal(of actor: String) async throws(Failure) -> Principal {
    guard let table: UnsafePointer<orch_auth> = `extension`(ORCH_EXT_AUTH),
      let authenticate = table.pointee.authenticate
    else { return Principal(actor: actor) }
    let answer = Pending<Principal>()
    actor.withText { secret in
      var credential = orch_credential()
      credential.size = UInt32(MemoryLayout<orch_credential>.size)
      credential.kind = UInt32(ORCH_CREDENTIAL_ACTOR)
      credential.secret = secret
      let callback = orch_principal_cb(
        fn: { waiting, principal in
          guard let waiting, let principal = principal?.pointee else { return }
          Unmanaged<Pending<Principal>>.fromOpaque(waiting).takeUnretainedValue().finish(result(of: principal))
        }, ud: Unmanaged.passRetained(answer).toOpaque(),
        release: { waiting in
          guard let waiting else { return }
          let answer = Unmanaged<Pending<Principal>>.fromOpaque(waiting).takeRetainedValue()
          answer.finish(.failure(Failure(.unavailable, "the plugin that tells who somebody is did not answer")))
        })
      authenticate(table.pointee.`self`, &credential, callback)
    }
    return try await answer.value(on: self) {
      answer.finish(.failure(Failure(.cancelled, "nobody waits any more for who somebody is")))
    }
  }

  /// Runs `body` with a context of somebody, which ends with it. It reaches public methods alone, as far as his rights go.
  ///
  /// Needs the permission `act-as` in `plugin.json`.
  ///
  /// - Parameters:
  ///   - milliseconds: How long what is called with it may take; 0 for 30 s.
  ///   - trace: The W3C traceparent to which it belongs, such as ``Span/traceparent``; or empty.
  public func act<Value>(
    as principal: Principal, within milliseconds: Int64 = 0, trace: String = "",
    _ body: @Loop (Context) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    guard let table: UnsafePointer<orch_actor> = `extension`(ORCH_EXT_ACTOR), let make = table.pointee.make,
      let free = table.pointee.free
    else { throw Failure(.unimplemented, "this host lets the plugin act for nobody: plugin.json needs \"act-as\"") }
    var context: UnsafeMutablePointer<orch_ctx>?
    var identity = orch_identity()
    identity.size = UInt32(MemoryLayout<orch_identity>.size)
    identity.timeout_ms = milliseconds
    let status = principal.actor.withText { actor in
      principal.behalf.withText { behalf in
        principal.rights.withText { rights in
          identity.actor = actor
          identity.behalf = behalf
          // What is not at NULL is a list of words, which may be empty.
          if principal.rights != nil { identity.rights = rights.p == nil ? ("" as StaticString).text : rights }
          return trace.withText { trace in
            identity.trace = trace
            return make(raw, &identity, &context)
          }
        }
      }
    }
    guard status == 0, let context else {
      throw Failure(Status(status), "the host lets nobody act as \(principal.actor)")
    }
    defer { free(raw, context) }
    return try await body(Context(context))
  }
}

/// What a plugin has told of somebody.
@Loop
private func result(of principal: orch_principal) -> Result<Principal, Failure> {
  let status = Status(principal.status)
  guard status == .ok else { return .failure(Failure(status, string(principal.message))) }
  return .success(
    Principal(
      actor: string(principal.actor), behalf: string(principal.behalf), rights: string(principal.rights)))
}
