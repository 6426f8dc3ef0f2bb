import Glibc
import Testing

@testable import OrchestronHost

@Suite struct FoldersTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func surroundings(_ below: String, _ variables: [String: String] = [:]) throws -> Surroundings {
    Surroundings(variables: variables, folder: try folder.makeFolder(below))
  }

  // MARK: The storage folder

  @Test func takesTheStorageFolderOfTheFlagThenOfTheVariable() throws {
    try folder.makeFolder("work/.orchestron")
    let place = try surroundings("work", ["ORCHESTRON_STORAGE_PATH": "v"])
    #expect(StorageFolder.locate("f", in: place) == "\(folder.path)/work/f")
    #expect(StorageFolder.locate(in: place) == "\(folder.path)/work/v")
  }

  @Test func findsTheNearestStorageFolderUpwards() throws {
    try folder.makeFolder(".orchestron")
    try folder.makeFolder("a/.orchestron")
    #expect(StorageFolder.locate(in: try surroundings("a/b/c")) == "\(folder.path)/a/.orchestron")
    #expect(StorageFolder.locate(in: try surroundings("b/c")) == "\(folder.path)/.orchestron")
  }

  @Test func looksForNoStorageFolderAboveHome() throws {
    try folder.makeFolder(".orchestron")
    let home = try folder.makeFolder("home")
    let place = try surroundings("home/project", ["HOME": home])
    #expect(StorageFolder.locate(in: place) == "\(folder.path)/home/project/.orchestron")
    try folder.makeFolder("home/.orchestron")
    #expect(StorageFolder.locate(in: place) == "\(folder.path)/home/.orchestron")
  }

  @Test func passesOverTheStorageFolderOfSomebodyElse() throws {
    try folder.makeFolder(".orchestron")
    let place = Surroundings(variables: [:], folder: try folder.makeFolder("a"), user: geteuid() + 1)
    #expect(StorageFolder.locate(in: place) == "\(folder.path)/a/.orchestron")
  }

  @Test func makesAPrivateStorageFolderThatGitIgnores() throws {
    let path = try StorageFolder.prepare("\(folder.path)/new/.orchestron")
    #expect(try mode(path) == 0o700)
    #expect(try TestFolder.read(path + "/.gitignore") == Array("*\n".utf8))
    try folder.write("new/.orchestron/.gitignore", "mine")
    _ = try StorageFolder.prepare(path)
    #expect(try TestFolder.read(path + "/.gitignore") == Array("mine".utf8))
  }

  @Test func namesAStorageFolderThatCannotBeMade() throws {
    try folder.write("file", "")
    #expect(throws: Failure.self) { try StorageFolder.prepare("\(folder.path)/file/x") }
    do throws(Failure) { _ = try StorageFolder.prepare("\(folder.path)/file") } catch {
      #expect(error.message.hasPrefix("the folder \(folder.path)/file cannot be made: "))
    }
  }

  // MARK: The runtime folder

  @Test func makesAPrivateRuntimeFolderAndRemovesIt() throws {
    let place = try surroundings("work", ["XDG_RUNTIME_DIR": folder.path])
    let runtime = try RuntimeFolder(in: place)
    #expect(runtime.path == "\(folder.path)/orchestron/\(getpid())")
    #expect(try mode(runtime.path) == 0o700)
    #expect(try mode("\(folder.path)/orchestron") == 0o700)
    try folder.write("orchestron/\(getpid())/deep/er/file", "x")
    runtime.remove()
    #expect(access(runtime.path, F_OK) != 0)
  }

  @Test func clearsAwayTheDeadAndLeavesTheLiving() throws {
    let place = try surroundings("work", ["XDG_RUNTIME_DIR": folder.path])
    try folder.write("orchestron/4711/librice-1.so", "x")
    try folder.write("orchestron/4711/lock", "")
    try folder.write("orchestron/s123.sock", "")
    let living = try RuntimeFolder(in: place)
    let another = try RuntimeFolder(in: place)
    #expect(access("\(folder.path)/orchestron/4711", F_OK) != 0)
    #expect(access("\(folder.path)/orchestron/s123.sock", F_OK) == 0)
    #expect(living.path != another.path)
    #expect(access(living.path, F_OK) == 0)
    withExtendedLifetime(living) {}
  }

  @Test func takesTheTemporaryFolderWithoutARuntimeDirectory() throws {
    let parent = try RuntimeFolder.parent(in: try surroundings("work"))
    #expect(parent == "/tmp/orchestron-\(geteuid())")
    #expect(try mode(parent) == 0o700)
  }

  // MARK: Plugins

  @Test func looksForPluginsInTheTreeThenTheVariableThenTheFileThenTheFlags() throws {
    try folder.makeFolder("tree/plugins")
    let bin = try folder.makeFolder("tree/bin")
    try folder.write("work/orchestron.config.json", #"{"pluginDirs":["file"]}"#)
    var place = try surroundings("work", ["ORCHESTRON_PLUGIN_PATH": "one::/two"])
    place.programFolders = ["/absent/bin", bin]
    let configuration = try Configuration(in: place)
    #expect(
      PluginPath.roots(configuration, flags: ["flag", "../up"], in: place) == [
        "\(folder.path)/tree/plugins", "\(folder.path)/work/one", "/two", "\(folder.path)/work/file",
        "\(folder.path)/work/flag", "\(folder.path)/up",
      ])
  }

  private func mode(_ path: String) throws -> UInt32 {
    var info = stat()
    try #require(stat(path, &info) == 0)
    return info.st_mode & 0o777
  }
}
