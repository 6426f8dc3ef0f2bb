// swift-tools-version: 6.2
import PackageDescription

// Exclusive access is checked at run time by debug builds; a release saves its price. A package that depends on this one
// by its path may use it all the same: only versions from elsewhere may not have such flags.
let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// The SDK of Orchestron: everything that a plugin author receives.
let package = Package(
  name: "plugin-sdk",
  products: [
    .library(name: "CPluginSDK", targets: ["CPluginSDK"]),
    .library(name: "PluginData", targets: ["PluginData"]),
    .library(name: "PluginKit", targets: ["PluginKit"]),
    .library(name: "PluginTesting", targets: ["PluginTesting"]),
  ],
  targets: [
    // The C headers. The sources only hold assertions about the layout.
    .target(name: "CPluginSDK", path: ".", sources: ["src"], publicHeadersPath: "include"),
    // JSON values and texts, instants, days and time zones: plain data that needs no host.
    .target(name: "PluginData", path: "swift/PluginData", swiftSettings: swift),
    // The Swift face of the headers.
    .target(
      name: "PluginKit", dependencies: ["CPluginSDK", "PluginData"], path: "swift/PluginKit", swiftSettings: swift),
    // A host for the tests of a plugin, in C, and its Swift face.
    .target(name: "CFakeHost", dependencies: ["CPluginSDK"], path: "testing", publicHeadersPath: "."),
    .target(
      name: "PluginTesting", dependencies: ["CFakeHost", "CPluginSDK", "PluginData", "PluginKit"],
      path: "swift/PluginTesting",
      swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6]
)
