import CPluginSDK

extension Host {
  /// Says how far something long has come, so that the plugin's start, and the starts of those who wait for its answers,
  /// get their whole time limit anew. The host logs it every two seconds. [any-thread]
  ///
  /// - Parameters:
  ///   - what: What is under way, in a few words: "makes an index of the tasks". Another text begins something new.
  ///   - done: How much is done, in units of your choice. A report that is not further than the last does nothing.
  ///   - total: How much there is; 0 when nobody knows. `done` equal to `total` ends it.
  public func progress(_ what: String, done: UInt64, of total: UInt64) {
    what.withText { tables.progress?.pointee.report?(raw, done, total, $0) }
  }
}
