import ArgumentParser
import Glibc
import OrchestronHost

struct PluginNew: Command {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Begin a plugin: a folder that builds, tests and loads.",
    discussion: """
      The name is the plugin's id: letters a-z, digits and "-". The folder is called like it, or as --into says, and builds
      with its language's own tool. The SDK is the one of this program, or the one that ORCHESTRON_SDK names.

      Examples:
        orchestron plugin new hello --lang c
        orchestron plugin new word-count --lang rust --into ~/plugins/word-count
      """)

  @Argument(help: "The plugin's id, such as word-count.")
  var name: String

  @Option(help: "The language: c, cpp, swift or rust.")
  var lang: Language

  @Option(help: ArgumentHelp("The folder to make; ./NAME unless given.", valueName: "folder"))
  var into: String?

  @OptionGroup var output: OutputOptions

  enum Language: String, ExpressibleByArgument, CaseIterable {
    case c, cpp, swift, rust

    /// The command that builds and tests a plugin.
    var command: String {
      switch self {
      case .c, .cpp: "make test"
      case .swift: "swift test && swift build -c release"
      case .rust: "cargo test && cargo build --release"
      }
    }
  }

  func perform() throws(Problem) {
    let (folder, sdk) = try asProblem { () throws(Failure) in try make(in: .current()) }
    if output.json {
      Output.json([
        "id": .string(name), "language": .string(lang.rawValue), "folder": .string(folder), "sdk": .string(sdk),
        "build": .string(lang.command),
      ])
    } else {
      Output.line(
        """
        The plugin "\(name)" is in \(folder). Build and test it, run it, call it:

          cd \(folder)
          \(lang.command)
          orchestron run --plugin-dir .
          orchestron call \(symbol).greet name=Ada
        """)
    }
  }

  /// The id as it stands in symbols and names of services.
  private var symbol: String { name.replacing("-", with: "_") }

  /// The id as types are written: `WordCount`.
  private var typeName: String {
    name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// Makes the folder; gives its path as it was named, and the SDK.
  private func make(in surroundings: Surroundings) throws(Failure) -> (folder: String, sdk: String) {
    try checkName()
    let sdk = try SDK.locate(in: surroundings)
    let template = "\(sdk)/templates/\(lang.rawValue)"
    guard access(template, R_OK) == 0 else {
      throw Failure(
        .notFound, "the SDK in \(sdk) has no template for \(lang.rawValue); set ORCHESTRON_SDK to a newer one")
    }
    let folder = into ?? name
    let target = surroundings.absolute(folder)
    try Files.makeEmptyFolder(target, shownAs: folder)
    let replacements = [
      ("@ID@", name), ("@SYMBOL@", symbol), ("@NAME@", typeName), ("@SDK@", sdk),
    ]
    try Files.copy(template, to: target) { text in
      replacements.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
    return (folder, sdk)
  }

  /// Names that mean something else in one of the languages, or in the host.
  private static let reserved: Set<String> = ["host", "orchestron", "core", "std", "alloc", "test", "swift", "self"]

  private func checkName() throws(Failure) {
    let manifest = JSON.object(["id": .string(name), "version": "0.1.0"])
    do throws(PluginFault) { _ = try Manifest(parsing: manifest.bytes, folder: ".") } catch {
      throw Failure(
        .invalidArgument,
        "\"\(name)\" is no name for a plugin: an id begins with a letter a-z, continues with a-z, 0-9 and \"-\", "
          + "and has at most 64 characters")
    }
    guard !PluginNew.reserved.contains(name), !name.hasSuffix("-"), !name.contains("--") else {
      throw Failure(
        .invalidArgument, "\"\(name)\" is no name for a plugin: compilers or the host use it; take another one")
    }
  }
}

/// The SDK that plugins are built with.
private enum SDK {
  /// `ORCHESTRON_SDK`, else the one installed with this program, else that of the source tree it was built in.
  static func locate(in surroundings: Surroundings) throws(Failure) -> String {
    let sdk: String
    if let named = surroundings["ORCHESTRON_SDK"] {
      sdk = surroundings.absolute(named)
      guard isSDK(sdk) else {
        throw Failure(
          .notFound, "ORCHESTRON_SDK is \(named), which holds no include/orchestron; name the folder plugin-sdk")
      }
    } else {
      guard let found = surroundings.programFolders.lazy.compactMap(beside).first else {
        throw Failure(
          .notFound, "the plugin SDK was not found near this program; set ORCHESTRON_SDK to the folder plugin-sdk")
      }
      sdk = found
    }
    guard let path = realpath(sdk, nil) else {
      throw Failure(.notFound, "\(sdk) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { free(path) }
    let real = String(cString: path)
    guard !real.contains(where: { $0.isWhitespace || "\"\\$#".contains($0) }) else {
      throw Failure(
        .invalidArgument,
        "the path of the SDK, \(real), has a blank or another character that build tools stumble over; "
          + "copy the SDK elsewhere and set ORCHESTRON_SDK to it")
    }
    return real
  }

  private static func isSDK(_ folder: String) -> Bool { access("\(folder)/include/orchestron", R_OK) == 0 }

  /// The SDK of the tree that the program in `folder` belongs to.
  private static func beside(_ folder: String) -> String? {
    let installed = "\(folder)/../share/orchestron/plugin-sdk"
    if isSDK(installed) { return installed }
    var folder = folder[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      let candidate = "\(folder)/plugin-sdk"
      if isSDK(candidate) { return candidate }
    }
    return nil
  }
}

/// Folders and files, as `plugin new` makes them.
private enum Files {
  /// Makes a folder and those above it; one that is there has to be empty.
  static func makeEmptyFolder(_ path: String, shownAs name: String) throws(Failure) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      mkdir(String(path[..<slash]), 0o777)
      end = slash
    }
    if mkdir(path, 0o777) == 0 { return }
    let number = errno
    guard number == EEXIST else {
      throw Failure(.failedPrecondition, "the folder \(name) cannot be made: \(String(cString: strerror(number)))")
    }
    guard let names = names(in: path) else {
      throw Failure(.alreadyExists, "\(name) is there and is no folder; choose another one with --into")
    }
    guard names.isEmpty else {
      throw Failure(.alreadyExists, "the folder \(name) is not empty; choose another one with --into")
    }
  }

  /// Copies a folder; `change` is applied to every name and every content.
  static func copy(_ source: String, to target: String, _ change: (String) -> String) throws(Failure) {
    // What building a template in its place leaves behind belongs to nobody.
    for name in names(in: source) ?? [] where !["build", ".build", "target"].contains(name) {
      let (from, to) = ("\(source)/\(name)", "\(target)/\(change(name))")
      var info = stat()
      guard stat(from, &info) == 0 else { continue }
      if info.st_mode & S_IFMT == S_IFDIR {
        guard mkdir(to, 0o777) == 0 else { throw cannotWrite(to) }
        try copy(from, to: to, change)
      } else {
        let content = change(String(decoding: try InputFile.read(from), as: UTF8.self))
        try write(Array(content.utf8), to: to, mode: info.st_mode & 0o777 | 0o600)
      }
    }
  }

  private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(Failure) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw cannotWrite(path) }
    defer { close(file) }
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw cannotWrite(path) }
  }

  private static func cannotWrite(_ path: String) -> Failure {
    Failure(.failedPrecondition, "\(path) cannot be written: \(String(cString: strerror(errno)))")
  }

  /// The names in a folder, sorted; nil when it is none.
  private static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      // The offset of a stored field of a C struct is always known.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
      let name = String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
