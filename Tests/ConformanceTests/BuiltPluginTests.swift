import Glibc
import Testing

@testable import OrchestronHost

/// The wall, held for every plugin library that was built and staged.
@Suite struct BuiltPluginTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  private static let stage = "\(root)/.build/stage-debug/plugins"
  /// A sanitizer build links without the version script.
  private static let isSanitized = getenv("ORCHESTRON_SANITIZE") != nil

  /// Libraries that every Swift plugin may need, and those that single plugins declare.
  private static let common = [
    "libswift", "lib_Foundation", "libFoundationEssentials", "libdispatch.so", "libBlocksRuntime.so", "libc.so.6",
    "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux",
  ]
  private static let own = [
    "auth": ["libsodium.so.23"], "core": ["libexpat.so.1", "libsqlite3.so.0"],
    "http": ["libcrypto.so.3", "libssl.so.3", "libuv.so.1", "libwslay.so", "libz.so.1"],
    "mcp": ["libsodium.so.23"], "storage": ["libsqlite3.so.0"], "workflow": ["libyaml-0.so.2"],
  ]

  private static var manifests: [Manifest] { Discovery.scan([stage]).manifests }

  @Test func stagesEveryBundledPlugin() {
    #expect(
      Self.manifests.map(\.id).sorted() == [
        "auth", "core", "dashboard", "http", "mcp", "mcp-client", "metrics", "storage", "workflow",
      ])
    #expect(Discovery.scan([Self.stage]).faults == [])
  }

  @Test(.enabled(if: !isSanitized), arguments: manifests)
  func exportsItsEntryAlone(manifest: Manifest) throws {
    let contents = try ELFContents(path: try manifest.libraryPath())
    #expect(contents.exports.map(\.name) == [manifest.entrySymbol])
    #expect(!contents.wantsExecutableStack)
  }

  @Test(arguments: manifests)
  func needsOnlyTheLibrariesThatItDeclares(manifest: Manifest) throws {
    let contents = try ELFContents(path: try manifest.libraryPath())
    let allowed = Self.common + (Self.own[manifest.id] ?? [])
    let foreign = contents.needed.filter { name in !allowed.contains { name.hasPrefix($0) } }
    #expect(foreign == [], "declare it in Package.swift and here, or do without")
    #expect(!contents.needed.contains { $0.hasPrefix("libFoundation.so") }, "Foundation costs 5 ms at the start")
  }
}
