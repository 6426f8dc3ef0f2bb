import Glibc
import Testing

/// Rules of the house that a reader would otherwise have to watch.
@Suite struct TidyTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// All files that git knows, by their path in the project.
  private static let files: [String] = {
    guard let pipe = popen("git -C '\(root)' ls-files -z", "r") else { return [] }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }()

  private static func lines(_ file: String) -> [Substring] {
    guard let handle = fopen("\(root)/\(file)", "r") else { return [] }
    defer { fclose(handle) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, handle), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func has(_ file: String, _ endings: [String]) -> Bool { endings.contains { file.hasSuffix($0) } }

  @Test func keepsEveryFileBelow500Lines() {
    #expect(Self.files.count > 100)
    for file in Self.files where Self.has(file, [".swift", ".c", ".h", ".hpp", ".cpp", ".rs", ".js", ".py"]) {
      #expect(Self.lines(file).count <= 501, "\(file)")
    }
  }

  @Test func includesNoHeaderAcrossFolders() {
    for file in Self.files where Self.has(file, [".c", ".h", ".hpp", ".cpp"]) {
      #expect(!Self.lines(file).contains { $0.contains("#include \"../../") }, "\(file)")
    }
  }

  @Test func givesEveryPluginAReadmeAndASchema() {
    for id in Set(Self.files.filter { $0.hasPrefix("Plugins/") }.map { String($0.split(separator: "/")[1]) }) {
      #expect(Self.files.contains("Plugins/\(id)/README.md"), "\(id)")
      #expect(Self.files.contains("Plugins/\(id)/plugin.json"), "\(id)")
    }
  }

  @Test func importsFoundationNowhereInTheHostTheKitAndThePlugins() {
    let folders = ["Sources/", "Plugins/", "plugin-sdk/swift/"]
    for file in Self.files where file.hasSuffix(".swift") && folders.contains(where: file.hasPrefix) {
      #expect(!Self.lines(file).contains { $0.hasSuffix("import Foundation") }, "\(file)")
    }
  }
}
