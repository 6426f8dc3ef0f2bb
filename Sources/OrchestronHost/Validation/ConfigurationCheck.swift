/// Configurations that nobody would write.
extension Subject {
  func checkHostileConfiguration() throws(Failure) {
    let bench = try bench()
    let source: JSON?
    do throws(PluginFault) { source = try manifest.schema() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    let base = bench.host.options.plugins[manifest.id] ?? [:]
    let candidates = HostileValues.configurations(base, schema: source)
    let schema = try source.map { source throws(Failure) in try ConfigurationSchema(source, of: manifest.id) }
    if let schema { checkUnknownKey(schema, base) }
    for candidate in candidates {
      let accepted: JSON
      if let schema {
        guard let validated = try? schema.validated(candidate) else { continue }
        accepted = validated
      } else {
        accepted = candidate
      }
      report.step("create with the configuration \(accepted.text.shortened)")
      // It may be refused, in words; it must not do harm.
      guard let instance = try? bench.create(accepted) else { continue }
      report.step("destroy, after the configuration \(accepted.text.shortened)")
      bench.destroy(instance)
    }
    bench.reportFaults()
  }

  /// A key that is written wrong must not pass unnoticed.
  private func checkUnknownKey(_ schema: ConfigurationSchema, _ base: JSON) {
    var object = base.object ?? [:]
    object["unknownKeyOfTheValidator"] = true
    if (try? schema.validated(.object(object))) != nil {
      report.fail(
        "the configuration schema accepts keys that it does not know; add \"additionalProperties\": false to it, "
          + "so that a typing mistake is told")
    }
  }
}

extension String {
  /// At most 160 bytes of the text, for messages.
  var shortened: String {
    guard utf8.count > 160 else { return self }
    return String(decoding: utf8.prefix(160), as: UTF8.self) + "… (\(utf8.count) bytes)"
  }
}
