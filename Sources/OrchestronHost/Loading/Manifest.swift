/// The name of a plugin: `[a-z][a-z0-9-]*`, at most 64 characters.
public typealias PluginID = String

/// What a plugin says about itself in its `plugin.json`, read without opening its library.
///
/// | key | value | when absent |
/// |---|---|---|
/// | `id` | `[a-z][a-z0-9-]*`, at most 64 characters | error |
/// | `version` | a full version, `"1.2.0"` | error |
/// | `name`, `description` | text for people | the id; empty |
/// | `library` | path of the library, relative to the folder and inside it | `lib<id>.so` |
/// | `provides` | object: service → the version of it, `{"rice": "1.0.0"}` | none |
/// | `requires` | object: service → range, without which the plugin cannot start, `{"storage": "^1.2"}` | none |
/// | `optional` | object: service → range, used when present | none |
/// | `permissions` | array of permission names | none |
/// | `essential` | whether the host is unhealthy without this plugin | `false` |
/// | `isolation` | `"in-process"` or `"process"` | `"in-process"` |
/// | `configSchema` | JSON Schema of the plugin's configuration, inline or as a path inside the folder | `config.schema.json` if that file exists |
///
/// Any other key is an error, so that a typing mistake cannot pass unnoticed.
public struct Manifest: Sendable, Equatable {
  /// The folder that holds `plugin.json`, without a trailing slash; every relative path of the manifest starts here.
  public let folder: String
  public let id: PluginID
  public let version: Version
  public let name: String
  public let description: String
  /// The library, relative to ``folder``. Use ``libraryPath()`` to open it.
  public let library: String
  public let provides: [String: Version]
  public let requires: [String: VersionRange]
  public let optional: [String: VersionRange]
  public let permissions: [String]
  public let essential: Bool
  public let isolation: Isolation
  /// Where the configuration schema comes from. Use ``schema()`` to have it.
  public let configSchema: SchemaSource

  /// Where a plugin runs.
  public enum Isolation: String, Sendable, CaseIterable {
    /// As part of the host: fastest.
    case inProcess = "in-process"
    /// In a child process of its own: a crash stays there.
    case process
  }

  /// Where a plugin's configuration schema comes from.
  public enum SchemaSource: Sendable, Equatable {
    /// The manifest does not say: `config.schema.json` if the folder has such a file, else there is no schema.
    case conventional
    /// A file, relative to the folder, that must exist.
    case file(String)
    /// Written in the manifest itself.
    case inline(JSON)
  }

  /// The manifest's own file.
  public var file: String { Manifest.file(in: folder) }

  /// The one symbol that the library exports: `orch_plugin_<id>` with `-` as `_`.
  public var entrySymbol: String {
    let (dash, underscore) = (UInt8(ascii: "-"), UInt8(ascii: "_"))
    return "orch_plugin_" + String(decoding: id.utf8.map { $0 == dash ? underscore : $0 }, as: UTF8.self)
  }

  static func file(in folder: String) -> String { folder + "/plugin.json" }
}

/// What is allowed as a plugin id.
func isPluginID(_ text: String) -> Bool {
  isName(text) { isLowercaseLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
}

/// What is allowed as the name of a service: `[a-z][a-z0-9_]*`, at most 64 characters.
func isServiceName(_ text: String) -> Bool {
  isName(text) { isLowercaseLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
}

private func isName(_ text: String, _ isAllowed: (UInt8) -> Bool) -> Bool {
  let bytes = text.utf8
  guard let first = bytes.first, isLowercaseLetter(first), bytes.count <= 64 else { return false }
  return bytes.allSatisfy(isAllowed)
}

private func isLowercaseLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }

private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
