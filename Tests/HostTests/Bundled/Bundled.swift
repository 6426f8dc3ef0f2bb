import Glibc

@testable import OrchestronHost

/// The bundled plugins, as `scripts/stage debug` has staged them.
enum Bundled {
  /// The folder of one plugin.
  static func path(_ id: String) -> String { "\(stage)/plugins/\(id)" }

  private static let stage: String = {
    if let folder = getenv("ORCHESTRON_STAGE") { return String(cString: folder) }
    return "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/.build/stage-debug"
  }()
}

extension TestHost {
  /// A started host with storage and core.
  ///
  /// - Parameter folder: The storage folder; a new one when nil.
  static func withCore(storage folder: String? = nil) throws -> TestHost {
    let host = try TestHost([Bundled.path("storage"), Bundled.path("core")]) { options in
      if let folder { options.storageFolder = folder }
    }
    if let failure = try host.start() { throw failure }
    return host
  }
}
