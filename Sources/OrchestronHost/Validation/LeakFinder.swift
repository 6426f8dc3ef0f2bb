import Glibc

/// Runs a check below valgrind and tells what the plugin has done to memory.
enum LeakFinder {
  /// Makes the check of a child below valgrind, when that is installed.
  static func run(
    _ program: String, _ arguments: [String], _ folder: String, _ workspace: String, limit: Int
  ) throws(Failure) -> CheckResult {
    let name = Check.leaks.rawValue
    func skipped(_ reason: String) -> CheckResult { CheckResult(name: name, outcome: .skipped(reason)) }
    guard let valgrind = find("valgrind") else { return skipped("valgrind is not installed") }
    let findings = "\(workspace)/valgrind.xml"
    let options = [
      "--quiet", "--xml=yes", "--xml-file=\(findings)", "--leak-check=full", "--show-leak-kinds=definite",
      "--num-callers=40", "--child-silent-after-fork=yes",
    ]
    let bare = "\(workspace)/orchestron"
    try copyWithoutSections(program, to: bare)
    let child = try CheckChild(valgrind, [valgrind] + options + [bare] + arguments, limit: limit)
    if child.errorLines.contains(where: { $0.contains("debuginfo reader") }) {
      return skipped("valgrind cannot read the debug information of the plugin; build it without, or with -gdwarf-4")
    }
    let report = CheckFindings(readFrom: "\(workspace)/\(CheckReport.file)")
    let result = Validation.result(name, child, report)
    guard !result.hasFailed else { return result }
    let faults = MemoryFault.read(from: findings).filter { $0.isBlamed(on: "\(workspace)/copies/") }
    guard !faults.isEmpty else { return result }
    var sentences: [String] = []
    for sentence in faults.map(\.sentence) where !sentences.contains(sentence) { sentences.append(sentence) }
    return CheckResult(name: name, outcome: .failed(Array(sentences.prefix(5))))
  }

  /// Copies a program without its section headers, behind which debug information lies that valgrind cannot read.
  private static func copyWithoutSections(_ program: String, to target: String) throws(Failure) {
    var bytes = try content(of: program)
    guard bytes.count >= ELF.headerSize else { throw Failure(.dataLoss, "\(program) is truncated") }
    // The offset of the table, the number of its entries, and which one holds their names.
    for index in Array(40..<48) + Array(60..<64) { bytes[index] = 0 }
    try FilePath.replace(target, with: bytes, mode: 0o700)
    let libraries = "\(FilePath.folder(of: program))/../lib/orchestron/swift"
    if let path = FilePath.real(libraries) { setenv("LD_LIBRARY_PATH", path, 1) }
  }

  private static func content(of path: String) throws(Failure) -> [UInt8] {
    do throws(PluginFault) {
      let file = try MappedFile(path)
      return Array(file.bytes)
    } catch {
      throw Failure(.failedPrecondition, error.description)
    }
  }

  private static func find(_ program: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin"
    return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }
}

/// One `<error>` of valgrind's XML, which has one element to a line.
struct MemoryFault {
  /// What valgrind says, such as `16 bytes in 1 blocks are definitely lost …`.
  private(set) var what = ""
  /// The innermost call first.
  private(set) var frames: [Frame] = []
  private var isFirstStack = true

  struct Frame {
    var library = ""
    var function = ""
    var place = ""
  }

  static func read(from path: String) -> [MemoryFault] {
    guard let file = try? MappedFile(path) else { return [] }
    var faults: [MemoryFault] = []
    var fault: MemoryFault?
    for line in file.bytes.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
      if text == "<error>" { fault = MemoryFault() }
      fault?.read(text)
      if text == "</error>", let done = fault {
        faults.append(done)
        fault = nil
      }
    }
    return faults
  }

  private mutating func read(_ line: String) {
    if let text = content(of: "what", line) ?? content(of: "text", line), what.isEmpty { what = text }
    if line == "</stack>" { isFirstStack = false }
    guard isFirstStack else { return }
    if line == "<frame>" { frames.append(Frame()) }
    guard !frames.isEmpty else { return }
    let last = frames.count - 1
    if let text = content(of: "obj", line) { frames[last].library = text }
    if let text = content(of: "fn", line) { frames[last].function = text }
    if let text = content(of: "file", line) { frames[last].place = text }
    if let text = content(of: "line", line) { frames[last].place += ":\(text)" }
  }

  private func content(of tag: String, _ line: String) -> String? {
    guard line.hasPrefix("<\(tag)>"), line.hasSuffix("</\(tag)>") else { return nil }
    return String(line.dropFirst(tag.count + 2).dropLast(tag.count + 3))
      .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
  }

  /// True when the plugin, whose private copy lies in `folder`, called what went wrong, and not the host that it called.
  func isBlamed(on folder: String) -> Bool { culprit?.library.hasPrefix(folder) == true }

  /// The innermost frame that is of no system library.
  private var culprit: Frame? {
    frames.first { frame in
      !["/lib/", "/usr/", "/opt/"].contains { frame.library.hasPrefix($0) }
        && !frame.library.contains("/usr/lib/swift/")
        && !frame.library.contains("/lib/swift/linux/") && !frame.library.isEmpty
    }
  }

  var sentence: String {
    let place = culprit.map { frame in
      let line = frame.place.isEmpty ? "" : " (\(frame.place))"
      return frame.function.isEmpty ? line : ", in \(frame.function)\(line)"
    }
    // Of a leak valgrind counts records, which says nothing to a reader.
    let words = what.firstRange(of: " in loss record").map { String(what[..<$0.lowerBound]) } ?? what
    return (words.contains("lost") ? "a leak: " : "") + words + (place ?? "")
  }
}
