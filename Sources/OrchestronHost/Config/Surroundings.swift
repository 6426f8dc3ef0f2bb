import Glibc

/// What a process finds around itself: environment variables, its folder, its user. A value, so that tests can set one.
public struct Surroundings: Sendable {
  public var variables: [String: String]
  /// The current folder, absolute.
  public var folder: String
  /// The folder of the program's file, absolute; several when the program was started through a symbolic link.
  public var programFolders: [String]
  public var user: uid_t

  public init(variables: [String: String], folder: String, programFolders: [String] = [], user: uid_t = geteuid()) {
    self.variables = variables
    self.folder = folder
    self.programFolders = programFolders
    self.user = user
  }

  /// Those of this process. Call it before other threads change the environment.
  public static func current() -> Surroundings {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let end = text.firstIndex(of: "=") {
        variables[String(text[..<end])] = String(text[text.index(after: end)...])
      }
      next += 1
    }
    let folder = getcwd(nil, 0)
    defer { free(folder) }
    return Surroundings(
      variables: variables, folder: folder.map { String(cString: $0) } ?? "/",
      programFolders: programFolders(variables["PATH"] ?? ""))
  }

  /// The value of a variable; an empty one counts as absent.
  public subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// A path as seen from the current folder.
  public func absolute(_ path: String) -> String { FilePath.absolute(path, in: folder) }

  /// The folder through which the program was started comes first: a staged tree links to it.
  private static func programFolders(_ path: String) -> [String] {
    var folders: [String] = []
    let name = CommandLine.arguments.first ?? ""
    let started =
      name.utf8.contains(UInt8(ascii: "/"))
      ? name
      : path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    if let started, let folder = FilePath.real(FilePath.folder(of: started)) { folders.append(folder) }
    if let file = FilePath.real("/proc/self/exe") {
      let folder = FilePath.folder(of: file)
      if !folders.contains(folder) { folders.append(folder) }
    }
    return folders
  }
}
