public import CPluginSDK

/// On whose behalf something happens, and until when. Borrowed: valid until the handler returns, or as long as the
/// retained call that it belongs to.
public struct Context {
  /// The context of the C headers.
  public let raw: UnsafeMutablePointer<orch_ctx>

  @inlinable
  public init(_ raw: UnsafeMutablePointer<orch_ctx>) {
    self.raw = raw
  }

  /// Who acts: `kind:id` of a user, agent, token, workflow or plugin, or `system`. Set by the host.
  public var actor: String { string(info.actor) }

  /// The id of the calling plugin; `host` for the host's own faces.
  public var caller: String { string(info.caller) }

  /// The W3C traceparent, or the empty string.
  public var trace: String { string(info.trace) }

  /// Milliseconds until the deadline; negative when it has passed.
  public var remainingMilliseconds: Int64 { info.remaining_ms }

  /// Whether nobody waits for the answer any more.
  public var isCancelled: Bool { info.cancelled != 0 }

  /// What the actor may do: words with a space between them (`ext/actor.h`); `*` when nothing limits it.
  public var rights: String { string(info.rights) }

  /// The person behind an agent or a token, `kind:id`, or the empty string.
  public var behalf: String { string(info.behalf) }

  /// Who acts, for whom, and what he may do, read at once.
  public var principal: Principal {
    let info = info
    return Principal(actor: string(info.actor), behalf: string(info.behalf), rights: string(info.rights))
  }

  /// One number for all calls that one request causes.
  public var chain: UInt64 { info.chain }

  /// All of it at once. The texts are borrowed from the context.
  public var info: orch_ctx_info {
    var info = orch_ctx_info()
    info.size = UInt32(MemoryLayout<orch_ctx_info>.size)
    raw.pointee.v.pointee.info?(raw, &info)
    return info
  }

  /// Records why a native function fails and gives the status that it returns.
  public func fail(_ failure: Failure) -> orch_status {
    failure.message.withText { message in
      failure.details.withText { details in
        raw.pointee.v.pointee.fail?(raw, failure.status.rawValue, message, details) ?? failure.status.rawValue
      }
    }
  }

  /// The last failure that was recorded here.
  var failure: Failure {
    var failure = orch_failure()
    failure.size = UInt32(MemoryLayout<orch_failure>.size)
    raw.pointee.v.pointee.failure?(raw, &failure)
    let details = string(failure.details)
    return Failure(Status(failure.status), string(failure.message), details: details.isEmpty ? nil : details)
  }
}
