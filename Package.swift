// swift-tools-version: 6.2
import PackageDescription

// Exclusive access is checked at run time by debug builds and so by all tests; a release saves its price, up to a third
// of the time of the HTTP engine.
let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]
let sdk: [Target.Dependency] = [.product(name: "CPluginSDK", package: "plugin-sdk")]
let kit = sdk + [.product(name: "PluginKit", package: "plugin-sdk")]
let data: Target.Dependency = .product(name: "PluginData", package: "plugin-sdk")

/// A bundled plugin: one folder, one target, one library. It sees the SDK and its own libraries, nothing else.
struct Plugin {
  /// Folder, manifest id, and with `-` as `_` part of the entry symbol.
  var id: String
  /// The Swift spelling.
  var name: String
  /// Libraries that it uses.
  var uses: [Target.Dependency] = []
  /// Libraries of its own: folders beside its sources, each with `Sources` and `Tests`.
  var libraries: [Library] = []

  struct Library {
    var name: String
    var uses: [Target.Dependency] = []
    /// Folders of its tests that hold no sources.
    var fixtures: [String] = []
  }

  /// Exports the entry symbol alone and leaves nothing unresolved. Sanitizers need both off.
  static let linking: [LinkerSetting] =
    Context.environment["ORCHESTRON_SANITIZE"] == nil
    ? [
      .unsafeFlags([
        "-Xlinker", "-z", "-Xlinker", "defs", "-Xlinker", "-z", "-Xlinker", "nodelete", "-Xlinker", "--gc-sections",
        "-Xlinker", "--version-script=\(Context.packageDirectory)/plugin-sdk/exports.map",
      ]),
      .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release)),
    ] : []

  var product: Product { .library(name: "\(id)-plugin", type: .dynamic, targets: ["\(name)Plugin"]) }

  var targets: [Target] {
    let uses = uses + libraries.map { .target(name: $0.name) }
    return libraryTargets + [
      .target(
        name: "\(name)Plugin", dependencies: kit + uses, path: "Plugins/\(id)/Sources", swiftSettings: swift,
        linkerSettings: Self.linking),
      .testTarget(
        name: "\(name)PluginTests",
        dependencies: kit + uses + [
          .target(name: "\(name)Plugin"), .product(name: "PluginTesting", package: "plugin-sdk"),
        ], path: "Plugins/\(id)/Tests", swiftSettings: swift),
    ]
  }

  private var libraryTargets: [Target] {
    libraries.flatMap { library in
      let path = "Plugins/\(id)/\(library.name)"
      let uses = [data] + library.uses
      return [
        Target.target(name: library.name, dependencies: uses, path: "\(path)/Sources", swiftSettings: swift),
        Target.testTarget(
          name: "\(library.name)Tests",
          dependencies: [.target(name: library.name), .product(name: "PluginTesting", package: "plugin-sdk")] + uses,
          path: "\(path)/Tests", exclude: library.fixtures, swiftSettings: swift),
      ]
    }
  }
}

let plugins = [
  Plugin(id: "auth", name: "Auth", uses: ["CSodium", .product(name: "JWTKit", package: "jwt-kit")]),
  Plugin(
    id: "core", name: "Core",
    libraries: [
      .init(name: "Forecasting"), .init(name: "Interchange", uses: ["CExpat", "CSQLite"], fixtures: ["Fixtures"]),
    ]),
  Plugin(id: "dashboard", name: "Dashboard"),
  Plugin(
    id: "http", name: "HTTP",
    uses: [.product(name: "NIOHTTP1", package: "swift-nio"), "COpenSSL", "CUV", "CWslay", "CZlib"]),
  Plugin(id: "mcp", name: "MCP", uses: ["CSodium"], libraries: [.init(name: "MCPProtocol", uses: kit)]),
  Plugin(id: "mcp-client", name: "MCPClient", uses: ["MCPProtocol"]),
  Plugin(id: "metrics", name: "Metrics"),
  Plugin(id: "storage", name: "Storage", uses: ["CSQLite"]),
  Plugin(id: "workflow", name: "Workflow", uses: ["CYAML"]),
]

let package = Package(
  name: "orchestron",
  products: [.executable(name: "orchestron", targets: ["orchestron"])] + plugins.map(\.product),
  dependencies: [
    .package(path: "plugin-sdk"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .systemLibrary(name: "CUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
    .systemLibrary(name: "CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CWslay", providers: [.apt(["libwslay-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(
      name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
    .target(name: "CHost", dependencies: sdk + ["CFFI"], linkerSettings: [.linkedLibrary("stdc++")]),
    .target(
      name: "OrchestronHost",
      dependencies: sdk + [
        "CUV", "CFFI", "CCurl", "CHost", "CSimdjson", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "orchestron",
      dependencies: ["CCurl", "OrchestronHost", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: swift),
    .executableTarget(
      name: "predictions-bench", dependencies: ["Forecasting", "Interchange"], path: "Benchmarks/predictions",
      swiftSettings: swift),
    .testTarget(name: "ConformanceTests", dependencies: ["OrchestronHost"], swiftSettings: swift),
    .testTarget(
      name: "EndToEnd", dependencies: ["OrchestronHost"], exclude: ["clients", "isolation"], swiftSettings: swift),
    .testTarget(
      name: "PluginDataTests", dependencies: [data, .product(name: "PluginTesting", package: "plugin-sdk")],
      swiftSettings: swift),
    .testTarget(
      name: "PluginKitTests",
      dependencies: sdk + [
        .product(name: "PluginKit", package: "plugin-sdk"), .product(name: "PluginTesting", package: "plugin-sdk"),
      ], swiftSettings: swift),
    .testTarget(
      name: "HostTests",
      dependencies: ["OrchestronHost", "CHost", .product(name: "PluginTesting", package: "plugin-sdk")],
      swiftSettings: swift),
  ] + plugins.flatMap(\.targets),
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
