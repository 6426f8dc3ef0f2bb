extension Application {
  /// Takes what may change while the server runs: all that the schema marks with `x-runtime`. What is under way goes on
  /// by the old rules.
  func take(_ configuration: Configuration) {
    gate.callLimit = configuration.calls
    callsPerConnection = configuration.callsPerConnection
    if rates.known != configuration.known || rates.unknown != configuration.unknown {
      // Everybody begins with a full bucket of the new size.
      rates = Rates(known: configuration.known, unknown: configuration.unknown)
    }
    observer?.writesLog = configuration.writesAccessLog
    policy = SitePolicy(
      addresses: policy.addresses, hosts: configuration.allowedHosts, origins: configuration.allowedOrigins,
      ports: policy.ports)
  }
}
