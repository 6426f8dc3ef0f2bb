import Logging

/// How a host is to be set up, put together from a file, the environment and flags: a later source wins.
public struct Configuration: Sendable {
  /// One place that settings come from.
  public struct Source: Sendable {
    /// As messages name it: a path, or the name of a variable.
    public let name: String
    /// What it sets.
    public let settings: JSON
  }

  /// The path of the configuration file, when there is one.
  public let file: String?
  /// The content of the file; without one, what was changed while the host runs.
  let base: JSON
  /// The sources that win over it, weakest first.
  let stronger: [Source]
  /// What a host runs with: all sources put together, without defaults. After a change of the file, keys that take a
  /// restart stand here as they were.
  public private(set) var settings: JSON

  /// The sources that set anything, weakest first.
  public var sources: [Source] {
    if let file { return [Source(name: file, settings: base)] + stronger }
    return (base == [:] ? [] : [Source(name: "a change at run time", settings: base)]) + stronger
  }

  /// Reads and checks all sources.
  ///
  /// - Parameters:
  ///   - file: The file named by a flag. Else `ORCHESTRON_CONFIG` names it, else it is `orchestron.config.json` in the
  ///     current folder if that exists.
  ///   - flags: What the command line sets, as a configuration file would.
  /// - Throws: A ``Failure`` that names the source and the key.
  public init(file: String? = nil, flags: JSON = [:], in surroundings: Surroundings) throws(Failure) {
    let found = try ConfigurationFile.find(file, in: surroundings)
    var stronger = try EnvironmentSettings.sources(of: surroundings)
    if flags != [:] { stronger.append(Source(name: "the command line", settings: flags)) }
    try self.init(file: found, base: try found.map(ConfigurationFile.read) ?? [:], stronger: stronger)
  }

  private init(file: String?, base: JSON, stronger: [Source]) throws(Failure) {
    self.file = file
    self.base = base
    self.stronger = stronger
    settings = [:]
    let schema = try HostSchema.compiled()
    for source in sources {
      try HostSchema.check(source.settings, against: schema, of: source.name)
      settings = settings.overlaid(by: source.settings)
    }
  }

  /// The same sources with another content of the file.
  func with(base: JSON) throws(Failure) -> Configuration {
    try Configuration(file: file, base: base, stronger: stronger)
  }

  /// The same sources in a host that runs with those settings.
  func running(with settings: JSON) -> Configuration {
    var copy = self
    copy.settings = settings
    return copy
  }

  /// The configuration of a host with the defaults of every setting that is missing.
  public var host: JSON { HostSchema.withDefaults(settings["host"] ?? [:]) }

  /// Folders of plugins that the configuration names, absolute.
  public var pluginFolders: [String] {
    let base = file.map(FilePath.folder) ?? "."
    return (settings["pluginDirs"]?.array ?? []).compactMap(\.string).map { FilePath.absolute($0, in: base) }
  }

  /// The level of the log.
  public var logLevel: Logger.Level { host["logLevel"]?.string.flatMap(Logger.Level.init(name:)) ?? .info }

  /// The format of the log.
  ///
  /// - Parameter isTerminal: Whether its lines go to a terminal, where people read them.
  public func logFormat(isTerminal: Bool) -> HostLog.Format {
    switch host["logFormat"]?.string {
    case "json": .json
    case "pretty": .pretty
    default: isTerminal ? .pretty : .json
    }
  }

  /// A sentence for each plugin that is configured but not there.
  public func unusedSections(among manifests: [Manifest]) -> [String] {
    let known = manifests.map(\.id)
    return (settings["plugins"]?.object ?? [:]).keys.filter { !known.contains($0) }.map { id in
      let source = sources.last { $0.settings["plugins"]?[id] != nil }?.name ?? ""
      let hint = nearest(id, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
      return "\(source) configures the plugin \(id.quoted), which was not found\(hint)"
    }
  }

  /// What a host takes. Folders and plugins that a command chooses are still to be filled in.
  public var options: Host.Options {
    let host = self.host
    func milliseconds(_ value: JSON?) -> UInt64 { UInt64(value?.int ?? 0) }
    var options = Host.Options()
    options.configuration = self
    options.isDebug = host["debug"]?.bool ?? false
    options.workers = Int(host["workers"]?.int ?? 1)
    options.startTimeout = milliseconds(host["startTimeoutMs"])
    options.stopTimeout = milliseconds(host["stopTimeoutMs"])
    options.drainTimeout = milliseconds(host["drainTimeoutMs"])
    options.watchdogWarning = milliseconds(host["watchdog"]?["warnMs"])
    options.watchdogEnd = milliseconds(host["watchdog"]?["endMs"])
    options.httpClientAllow = (host["httpClient"]?["allow"]?.array ?? []).compactMap(\.string)
    options.disabled = Set((settings["disabled"]?.array ?? []).compactMap(\.string))
    for (service, plugin) in settings["providers"]?.object ?? [:] { options.providers[service] = plugin.string }
    for (id, configuration) in settings["plugins"]?.object ?? [:] { options.plugins[id] = configuration }
    return options
  }
}

extension JSON {
  /// This value with the members of another one set over it; objects are joined, everything else is replaced.
  public func overlaid(by upper: JSON) -> JSON {
    guard var joined = object, let members = upper.object else { return upper }
    for (key, value) in members { joined[key] = joined[key]?.overlaid(by: value) ?? value }
    return .object(joined)
  }
}
