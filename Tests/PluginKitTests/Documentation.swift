import Glibc
import Testing

/// The pages for authors of plugins.
enum Documentation {
  /// Whether a page of docs/plugin-authors holds what stands in a file of these tests between the lines `// begin` and
  /// `// end`.
  static func holds(_ page: String, _ file: String) throws -> Bool {
    let source = try read("Tests/PluginKitTests/\(file)")
    let begin = try #require(source.firstRange(of: "// begin\n"))
    let end = try #require(source.firstRange(of: "// end\n"))
    return try read("docs/plugin-authors/\(page)").contains(source[begin.upperBound..<end.lowerBound])
  }

  private static func read(_ path: String) throws -> String {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("\(root)/\(path)", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
