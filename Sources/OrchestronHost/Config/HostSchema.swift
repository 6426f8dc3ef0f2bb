/// The JSON Schema of the configuration file. `config/orchestron.schema.json` is this text, for editors.
///
/// What it marks with `"x-runtime": true` may change while the host runs (see ``ConfigurationChange``).
enum HostSchema {
  static let text = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Orchestron configuration",
      "type": "object",
      "properties": {
        "$schema": { "description": "Where this schema lies, for editors.", "type": "string" },
        "host": {
          "description": "The host itself.",
          "type": "object",
          "properties": {
            "logLevel": {
              "description": "The least important lines that are logged.",
              "enum": ["trace", "debug", "info", "warn", "error"],
              "default": "info",
              "x-runtime": true
            },
            "logFormat": {
              "description": "Lines of JSON, readable lines, or whichever fits where they go.",
              "enum": ["auto", "json", "pretty"],
              "default": "auto"
            },
            "debug": {
              "description": "Checks threads and results, and tells plugin faults loudly.",
              "type": "boolean",
              "default": false
            },
            "workers": {
              "description": "Threads for blocking work.",
              "type": "integer",
              "minimum": 1,
              "maximum": 256,
              "default": 4
            },
            "startTimeoutMs": {
              "description": "Milliseconds that a plugin may take to start, or to say that it makes progress.",
              "type": "integer",
              "minimum": 1,
              "maximum": 3600000,
              "default": 10000
            },
            "stopTimeoutMs": {
              "description": "Milliseconds that a plugin may take to stop.",
              "type": "integer",
              "minimum": 1,
              "maximum": 3600000,
              "default": 5000
            },
            "drainTimeoutMs": {
              "description": "Milliseconds that calls under way have to end when the host stops.",
              "type": "integer",
              "minimum": 1,
              "maximum": 3600000,
              "default": 10000
            },
            "watchdog": {
              "description": "What happens when a plugin does not give the loop back.",
              "type": "object",
              "properties": {
                "warnMs": {
                  "description": "Milliseconds after which the plugin is named in the log.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 3600000,
                  "default": 5000
                },
                "endMs": {
                  "description": "Milliseconds after which the process ends with exit code 70.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 3600000,
                  "default": 30000
                }
              },
              "additionalProperties": false
            },
            "httpClient": {
              "description": "Outgoing HTTP.",
              "type": "object",
              "properties": {
                "allow": {
                  "description": "Hosts that may be reached although their addresses are private.",
                  "type": "array",
                  "items": { "type": "string", "minLength": 1 },
                  "default": []
                }
              },
              "additionalProperties": false
            }
          },
          "additionalProperties": false
        },
        "plugins": {
          "description": "The configuration of each plugin, by its id, as the plugin's own schema says.",
          "type": "object",
          "additionalProperties": { "type": "object" }
        },
        "providers": {
          "description": "Service to the id of the plugin that provides it, where several do.",
          "type": "object",
          "additionalProperties": { "type": "string" }
        },
        "pluginDirs": {
          "description": "Further folders of plugins, relative to this file.",
          "type": "array",
          "items": { "type": "string", "minLength": 1 },
          "default": []
        },
        "disabled": {
          "description": "Ids of plugins that are not loaded.",
          "type": "array",
          "items": { "type": "string" },
          "default": []
        }
      },
      "additionalProperties": false
    }

    """#
}

extension HostSchema {
  /// The schema, ready to validate.
  static func compiled() throws(Failure) -> Schema {
    do { return try Schema(compiling: try JSON(parsing: text), strict: true) } catch {
      throw Failure(.internal, "the schema of the configuration is broken: \(error)")
    }
  }

  /// Checks what one source sets.
  static func check(_ settings: JSON, against schema: Schema, of source: String) throws(Failure) {
    let violations = schema.validate(settings)
    guard let first = violations.first else { return }
    let key = first.path.dropFirst().replacing("/", with: ".")
    throw Failure(
      .invalidArgument, key.isEmpty ? "\(source): \(first.message)" : "\(source), at \"\(key)\": \(first.message)",
      details: ["errors": .array(violations.map(\.json))])
  }

  /// The settings of `host` with the defaults of those that are missing.
  static func withDefaults(_ host: JSON) -> JSON { ConfigurationSchema.withDefaults(host, section) }

  /// The schema of `host`.
  static var section: JSON { (try? JSON(parsing: text))?["properties"]?["host"] ?? [:] }
}
