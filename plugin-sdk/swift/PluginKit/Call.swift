public import CPluginSDK

/// One call of a handler method, seen from the method that answers it.
///
/// A handler answers before it returns, or keeps the call with ``retain()`` and answers later, on the loop. The call and
/// everything borrowed from it is valid until the handler returns, or as long as a ``RetainedCall`` keeps it.
/// A second answer is a fault; an answer that nobody waits for any more returns ``Status/cancelled`` and is none.
///
/// [loop-thread]
public struct Call {
  /// The call of the C headers.
  public let raw: UnsafeMutablePointer<orch_call>

  @inlinable
  public init(_ raw: UnsafeMutablePointer<orch_call>) {
    self.raw = raw
  }

  @inlinable
  var verbs: UnsafePointer<orch_call_verbs> { raw.pointee.v }

  /// On whose behalf, and until when; nil only in a host without contexts.
  @inlinable
  public var context: Context? {
    verbs.pointee.ctx?(raw).map(Context.init)
  }

  /// Keeps the call beyond the return of the handler.
  public func retain() -> RetainedCall {
    RetainedCall(self)
  }
}

/// Keeps a ``Call`` alive for a late answer. When the last reference goes without an answer, the host answers
/// ``Status/internal``.
public final class RetainedCall {
  /// The call, valid as long as this object.
  public let call: Call

  init(_ call: Call) {
    self.call = call
    call.verbs.pointee.retain?(call.raw)
  }

  deinit {
    call.verbs.pointee.release?(call.raw)
  }
}

// MARK: - Arguments

/// Arguments by name. The host has validated them against the declaration and filled in the defaults, so that the forms
/// that throw do so only for a parameter that is optional or not declared.
extension Call {
  /// A string argument, copied. See ``utf8(_:)`` for the form without a copy.
  @inlinable
  public func string(_ name: StaticString) throws(Failure) -> String {
    guard let value = stringIfPresent(name) else { throw missing(name) }
    return value
  }

  /// A string argument, copied; nil when it is absent or null.
  @inlinable
  public func stringIfPresent(_ name: StaticString) -> String? {
    guard let value = utf8IfPresent(name) else { return nil }
    return String(decoding: value, as: UTF8.self)
  }

  /// The bytes of a string argument, borrowed from the call.
  @inlinable
  public func utf8(_ name: StaticString) throws(Failure) -> UnsafeRawBufferPointer {
    guard let value = utf8IfPresent(name) else { throw missing(name) }
    return value
  }

  /// The bytes of a string argument, borrowed from the call; nil when it is absent or null.
  @inlinable
  public func utf8IfPresent(_ name: StaticString) -> UnsafeRawBufferPointer? {
    var value = emptyText
    return verbs.pointee.arg_str?(raw, name.text, &value) == 1 ? PluginKit.bytes(of: value) : nil
  }

  /// An integer argument.
  @inlinable
  public func int(_ name: StaticString) throws(Failure) -> Int {
    guard let value = intIfPresent(name) else { throw missing(name) }
    return value
  }

  /// An integer argument; nil when it is absent or null.
  @inlinable
  public func intIfPresent(_ name: StaticString) -> Int? {
    var value: Int64 = 0
    return verbs.pointee.arg_i64?(raw, name.text, &value) == 1 ? Int(value) : nil
  }

  /// A number argument.
  @inlinable
  public func double(_ name: StaticString) throws(Failure) -> Double {
    guard let value = doubleIfPresent(name) else { throw missing(name) }
    return value
  }

  /// A number argument; nil when it is absent or null.
  @inlinable
  public func doubleIfPresent(_ name: StaticString) -> Double? {
    var value = 0.0
    return verbs.pointee.arg_f64?(raw, name.text, &value) == 1 ? value : nil
  }

  /// A boolean argument.
  @inlinable
  public func bool(_ name: StaticString) throws(Failure) -> Bool {
    guard let value = boolIfPresent(name) else { throw missing(name) }
    return value
  }

  /// A boolean argument; nil when it is absent or null.
  @inlinable
  public func boolIfPresent(_ name: StaticString) -> Bool? {
    var value: UInt8 = 0
    return verbs.pointee.arg_bool?(raw, name.text, &value) == 1 ? value != 0 : nil
  }

  /// A bytes argument, decoded from base64 and borrowed from the call.
  @inlinable
  public func bytes(_ name: StaticString) throws(Failure) -> UnsafeRawBufferPointer {
    guard let value = bytesIfPresent(name) else { throw missing(name) }
    return value
  }

  /// A bytes argument, decoded from base64 and borrowed from the call; nil when it is absent or null.
  @inlinable
  public func bytesIfPresent(_ name: StaticString) -> UnsafeRawBufferPointer? {
    var value = emptyText
    return verbs.pointee.arg_bytes?(raw, name.text, &value) == 1 ? PluginKit.bytes(of: value) : nil
  }

  /// The JSON text of any argument, borrowed from the call. ``Host/parse(_:)`` reads it.
  @inlinable
  public func json(_ name: StaticString) throws(Failure) -> UnsafeRawBufferPointer {
    guard let value = jsonIfPresent(name) else { throw missing(name) }
    return value
  }

  /// The JSON text of any argument, borrowed from the call; nil when it is absent.
  @inlinable
  public func jsonIfPresent(_ name: StaticString) -> UnsafeRawBufferPointer? {
    var value = emptyText
    return verbs.pointee.arg_json?(raw, name.text, &value) == 1 ? PluginKit.bytes(of: value) : nil
  }

  /// The JSON text of all arguments as one object, borrowed from the call.
  @inlinable
  public var arguments: UnsafeRawBufferPointer {
    PluginKit.bytes(of: verbs.pointee.args?(raw) ?? emptyText)
  }

  @usableFromInline
  func missing(_ name: StaticString) -> Failure {
    Failure(.invalidArgument, "the argument \"\(name)\" is missing or has another type")
  }
}
