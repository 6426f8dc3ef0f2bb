extension Host {
  /// The declaration of one public method, as `host.services` tells it.
  public func describe(_ method: String) throws(Failure) -> JSON {
    try registry.method(named: method, isPublicOnly: true).declaration.json
  }

  /// Whether there is such a public method.
  func offers(_ method: String) -> Bool { (try? registry.method(named: method, isPublicOnly: true)) != nil }

  /// Why a plugin failed or could not be started; nil when it did not, or when there is none with that id.
  public func failure(of plugin: PluginID) -> Failure? {
    guard let plugin = lifecycle.plugin(plugin), plugin.state == .failed else { return nil }
    return Failure(.unavailable, "plugin \"\(plugin.id)\" failed: \(plugin.reason?.message ?? "for no known reason")")
  }
}
