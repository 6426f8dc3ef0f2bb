import Glibc

/// A new folder below `/tmp`, removed with its content when this object goes.
final class TestFolder {
  /// The folder's absolute path without symbolic links.
  let path: String

  init() throws {
    var template = Array("/tmp/orchestron-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }  // An array with a final 0.
  }

  deinit { try? run("rm", ["-rf", path]) }

  /// Writes a file, and the folders above it; answers its path.
  @discardableResult
  func write(_ name: String, _ content: [UInt8]) throws -> String {
    let target = path + "/" + name
    try makeFolder(String(name.split(separator: "/").dropLast().joined(separator: "/")))
    guard let file = fopen(target, "w") else { throw SystemError("fopen \(target)") }
    defer { fclose(file) }
    guard fwrite(content, 1, content.count, file) == content.count else { throw SystemError("fwrite \(target)") }
    return target
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// Makes a folder, and those above it; answers its path.
  @discardableResult
  func makeFolder(_ name: String) throws -> String {
    var target = path
    for part in name.split(separator: "/") {
      target += "/" + part
      guard mkdir(target, 0o755) == 0 || errno == EEXIST else { throw SystemError("mkdir \(target)") }
    }
    return target
  }

  /// Makes a symbolic link called `name` with the text `target`.
  func link(_ name: String, to target: String) throws {
    guard symlink(target, path + "/" + name) == 0 else { throw SystemError("symlink \(name)") }
  }

  /// Reads a whole file.
  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw SystemError("fopen \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    guard fread(&bytes, 1, bytes.count, file) == bytes.count else { throw SystemError("fread \(path)") }
    return bytes
  }
}

/// Runs a program to its end; throws when it cannot be started or its exit status is not 0.
func run(_ program: String, _ arguments: [String]) throws {
  var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var child: pid_t = 0
  guard posix_spawnp(&child, program, nil, nil, &arguments, environ) == 0 else { throw SystemError("start \(program)") }
  var status: CInt = 0
  while waitpid(child, &status, 0) < 0 {
    guard errno == EINTR else { throw SystemError("wait for \(program)") }
  }
  guard status == 0 else { throw SystemError("\(program), status \(status)") }
}

/// A step of a test's own preparation that failed.
struct SystemError: Error, CustomStringConvertible {
  let description: String

  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}
