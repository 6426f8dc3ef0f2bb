/// Settings from environment variables.
///
/// | variable | sets |
/// |---|---|
/// | `ORCHESTRON_PORT` | `plugins.http.port` |
/// | `ORCHESTRON_HOST` | `plugins.http.host` |
/// | `LOG_LEVEL` | `host.logLevel` |
/// | `DEBUG` (anything but `0`, `false`) | `host.logLevel` debug, `host.logFormat` pretty |
/// | `NODE_ENV` | `host.logFormat`: `development` pretty, `production` json |
///
/// `ORCHESTRON_CONFIG`, `ORCHESTRON_STORAGE_PATH` and `ORCHESTRON_PLUGIN_PATH` name files and folders and are read
/// where those are looked for.
enum EnvironmentSettings {
  /// What the environment sets, weakest first: `LOG_LEVEL` wins over `DEBUG`.
  static func sources(of surroundings: Surroundings) throws(Failure) -> [Configuration.Source] {
    var sources: [Configuration.Source] = []
    switch surroundings["NODE_ENV"] {
    case "development": sources.append(source("NODE_ENV", ["host": ["logFormat": "pretty"]]))
    case "production": sources.append(source("NODE_ENV", ["host": ["logFormat": "json"]]))
    default: break
    }
    if let value = surroundings["DEBUG"], value != "0", value.lowercased() != "false" {
      sources.append(source("DEBUG", ["host": ["logLevel": "debug", "logFormat": "pretty"]]))
    }
    if let level = surroundings["LOG_LEVEL"] {
      sources.append(source("LOG_LEVEL", ["host": ["logLevel": .string(level.lowercased())]]))
    }
    if let host = surroundings["ORCHESTRON_HOST"] {
      sources.append(source("ORCHESTRON_HOST", ["plugins": ["http": ["host": .string(host)]]]))
    }
    if let text = surroundings["ORCHESTRON_PORT"] {
      guard let port = UInt16(text) else {
        throw Failure(.invalidArgument, "ORCHESTRON_PORT is \(text.quoted), which is no port; write 0 to 65535")
      }
      sources.append(source("ORCHESTRON_PORT", ["plugins": ["http": ["port": .int(Int64(port))]]]))
    }
    return sources
  }

  private static func source(_ name: String, _ settings: JSON) -> Configuration.Source {
    Configuration.Source(name: name, settings: settings)
  }
}
