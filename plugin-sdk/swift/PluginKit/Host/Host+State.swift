import CPluginSDK

extension Host {
  /// The bytes that ``storeState(_:)`` stored last, also before a restart; nil when there are none.
  @Loop
  public func loadState() throws(Failure) -> Body? {
    guard let load = tables.state?.pointee.load else { throw .missing(ORCH_EXT_STATE) }
    var buffer = orch_buf()
    let status = load(raw, &buffer)
    if Status(status) == .notFound { return nil }
    try Failure.check(status, "the stored state could not be read")
    return Body(taking: buffer)
  }

  /// Replaces the stored bytes, whole or not at all: at most 1 MiB, written with a file sync.
  @Loop
  public func storeState(_ bytes: borrowing some JSONText & ~Copyable) throws(Failure) {
    guard let store = tables.state?.pointee.store else { throw .missing(ORCH_EXT_STATE) }
    let status = bytes.withJSON { store(raw, $0.text) }
    try Failure.check(status, "the state could not be stored")
  }
}
