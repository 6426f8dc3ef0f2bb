// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// The SDK of Orchestron: everything that a plugin author receives.
let package = Package(
  name: "plugin-sdk",
  products: [
    .library(name: "CPluginSDK", targets: ["CPluginSDK"]),
    .library(name: "PluginKit", targets: ["PluginKit"]),
    .library(name: "PluginTesting", targets: ["PluginTesting"]),
  ],
  targets: [
    // The C headers. The sources only hold assertions about the layout.
    .target(name: "CPluginSDK", path: ".", sources: ["src"], publicHeadersPath: "include"),
    // The Swift face of the headers.
    .target(name: "PluginKit", dependencies: ["CPluginSDK"], path: "swift/PluginKit", swiftSettings: swift),
    // A host for the tests of a plugin, in C, and its Swift face.
    .target(name: "CFakeHost", dependencies: ["CPluginSDK"], path: "testing", publicHeadersPath: "."),
    .target(
      name: "PluginTesting", dependencies: ["CFakeHost", "CPluginSDK", "PluginKit"], path: "swift/PluginTesting",
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
