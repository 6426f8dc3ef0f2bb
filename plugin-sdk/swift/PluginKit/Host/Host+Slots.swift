public import CPluginSDK

/// A typed method of another plugin, called directly: no JSON, no allocation.
///
/// ```swift
/// typealias Score = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_ctx>?, Double, UnsafeMutablePointer<Double>?) -> orch_status
/// let score = try host.slot("rice.score", signature: "d(d)")
/// var result = 0.0
/// let status = score.call(context) { function, instance, context in
///   unsafeBitCast(function, to: Score.self)(instance, context, 4, &result)
/// }
/// ```
/// The host may point the slot at another generation of the provider at any time: what `body` is given is valid during
/// `body` alone.
public struct Slot {
  /// The slot of the C headers.
  public let raw: UnsafeMutablePointer<orch_slot>

  /// Calls the method.
  ///
  /// - Parameters:
  ///   - context: The context that causes this call; nil for the plugin itself.
  ///   - body: Calls `function`, cast to the type that the signature says, with the instance and the context first.
  @inlinable
  public func call<Result>(
    _ context: Context? = nil,
    _ body: (NativeFunction, UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_ctx>?) -> Result
  ) -> Result? {
    let entry = orch_slot_enter(raw)
    defer { orch_slot_leave(entry) }
    guard let target = entry.target, let function = target.pointee.fn else { return nil }
    return body(function, target.pointee.`self`, context?.raw ?? raw.pointee.ctx)
  }
}

extension Host {
  /// Imports a typed method, for calls from the loop.
  ///
  /// - Parameters:
  ///   - method: `service.method`; the service must stand in `requires` or `optional` of plugin.json.
  ///   - signature: Result and parameters, as in `d(dddd)`. A prefix of the provider's is accepted when the rest has
  ///     defaults.
  ///   - context: Where the host says why it refuses; without one the log has the reason.
  @Loop
  public func slot(_ method: String, signature: String, context: Context? = nil) throws(Failure) -> Slot {
    var slot: UnsafeMutablePointer<orch_slot>?
    let status = verbs.pointee.import_slot?(raw, context?.raw, UInt32(ORCH_FROM_LOOP), method, signature, &slot)
    try Failure.check(
      status, in: context, "the method \"\(method)\" with the signature \(signature) could not be imported")
    guard let slot else { throw Failure(.internal, "the host gave no slot for \"\(method)\"") }
    return Slot(raw: slot)
  }
}
