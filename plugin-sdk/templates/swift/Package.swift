// swift-tools-version: 6.2
import PackageDescription

/// The folder of Orchestron's plugin SDK.
let sdk = Context.environment["ORCHESTRON_SDK"] ?? "@SDK@"

let package = Package(
  name: "@ID@",
  products: [.library(name: "@ID@", type: .dynamic, targets: ["@NAME@Plugin"])],
  dependencies: [.package(name: "plugin-sdk", path: sdk)],
  targets: [
    .target(
      name: "@NAME@Plugin",
      dependencies: [
        .product(name: "CPluginSDK", package: "plugin-sdk"), .product(name: "PluginKit", package: "plugin-sdk"),
      ],
      path: "Sources",
      // Exports the entry function alone, leaves nothing unresolved, and is never unloaded.
      linkerSettings: [
        .unsafeFlags([
          "-Xlinker", "-z", "-Xlinker", "defs", "-Xlinker", "-z", "-Xlinker", "nodelete", "-Xlinker", "--gc-sections",
          "-Xlinker", "--version-script=\(sdk)/exports.map",
        ])
      ]),
    .testTarget(
      name: "@NAME@PluginTests",
      dependencies: ["@NAME@Plugin", .product(name: "PluginTesting", package: "plugin-sdk")],
      path: "Tests"),
  ],
  swiftLanguageModes: [.v6]
)
