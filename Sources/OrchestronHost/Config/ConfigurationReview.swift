extension Configuration {
  /// What is wrong with the configuration of the plugins that were found: a failure for each one whose schema it does
  /// not fit.
  public func violations(among manifests: [Manifest]) -> [Failure] {
    manifests.compactMap { manifest in
      guard let section = settings["plugins"]?[manifest.id] else { return nil }
      do throws(Failure) {
        _ = try manifest.configurationSchema()?.validated(section)
        return nil
      } catch {
        return error
      }
    }
  }

  /// What a host would run with: all settings with their defaults, secrets redacted.
  ///
  /// - Parameter manifests: The plugins that were found, whose schemas name defaults and secrets.
  public func shown(for manifests: [Manifest]) -> JSON {
    var plugins = settings["plugins"]?.object ?? [:]
    for manifest in manifests {
      let section = plugins[manifest.id] ?? [:]
      let schema = try? manifest.schema()
      let whole = schema.map { ConfigurationSchema.withDefaults(section, $0) } ?? section
      if whole != [:] { plugins[manifest.id] = Redaction.redacted(whole, schema: schema) }
    }
    for (id, section) in plugins where !manifests.contains(where: { $0.id == id }) {
      plugins[id] = Redaction.redacted(section, schema: nil)
    }
    return [
      "host": host, "plugins": .object(plugins), "providers": settings["providers"] ?? [:],
      "pluginDirs": .array(pluginFolders.map { .string($0) }), "disabled": settings["disabled"] ?? [],
    ]
  }

  /// The configuration of one plugin with its defaults; an empty object when there is none.
  public func section(of manifest: Manifest) -> JSON {
    let section = settings["plugins"]?[manifest.id] ?? [:]
    return (try? manifest.schema()).map { ConfigurationSchema.withDefaults(section, $0) } ?? section
  }
}

extension Manifest {
  /// The schema of the plugin's configuration, ready to validate; nil when it has none.
  func configurationSchema() throws(Failure) -> ConfigurationSchema? {
    let source: JSON?
    do throws(PluginFault) { source = try schema() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    return try source.map { source throws(Failure) in try ConfigurationSchema(source, of: id) }
  }
}
