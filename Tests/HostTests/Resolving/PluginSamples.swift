@testable import OrchestronHost

/// A manifest for resolver tests. It provides the given services (its own id when not said) in version 1.0.0 unless a
/// version stands behind an `@`; a need is any version unless a range stands behind an `@`.
func plugin(
  _ id: PluginID, provides: [String]? = nil, needs: [String] = [], optional: [String] = []
) throws -> Manifest {
  Manifest(
    folder: "/p/" + id, id: id, version: Version(1, 0, 0), name: id, description: "", library: "lib\(id).so",
    provides: try services(provides ?? [id], default: "1.0.0") { try Version(parsing: $0) },
    requires: try services(needs, default: "*") { try VersionRange(parsing: $0) },
    optional: try services(optional, default: "*") { try VersionRange(parsing: $0) },
    permissions: [], essential: false, isolation: .inProcess, configSchema: .conventional)
}

private func services<Value>(
  _ entries: [String], default fallback: String, _ parse: (String) throws -> Value
) throws -> [String: Value] {
  var services: [String: Value] = [:]
  for entry in entries {
    let parts = entry.split(separator: "@", maxSplits: 1).map(String.init)
    services[parts[0]] = try parse(parts.count == 2 ? parts[1] : fallback)
  }
  return services
}
