/// Reads tracefiles of LCOV (`geninfo(1)`), which llvm-cov, Istanbul, coverage.py and others write, too.
///
/// A file that comes in several sections, one for each test, is counted once: a line is hit when any of them hit it.
public enum LCOVReader {
  /// - Throws: When the content is no tracefile, or is cut off.
  public static func read(_ content: [UInt8]) throws(IngestFailure) -> Coverage {
    var reader = Sections()
    var lines = Lines()
    lines.feed(content)
    lines.end()
    do throws(ImportFailure) {
      while let line = try lines.next() { reader.read(line.trimmed, number: lines.number) }
    } catch {
      throw IngestFailure("the tracefile cannot be read: \(error.message)")
    }
    return try reader.finish()
  }
}

private struct Sections {
  private var merges: [String: CoverageMerge] = [:]
  private var path: String?
  private var merge = CoverageMerge()
  /// Names of functions by their number, in tracefiles of LCOV 2.2 and later.
  private var functionNumbers: Set<String> = []
  private var problems: [String] = []
  private var hasSections = false

  mutating func read(_ line: String, number: Int) {
    guard !line.isEmpty, line.first != "#" else { return }
    if line == "end_of_record" {
      if let path { merges[path] = merge } else { problem(number, "ends a section that has not begun") }
      path = nil
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return problem(number, "is no record of a tracefile") }
    let value = line[line.index(after: colon)...]
    let kind = line[..<colon]
    if kind == "SF" {
      hasSections = true
      path = String(value)
      merge = merges[String(value)] ?? CoverageMerge()
      functionNumbers = []
    } else if path == nil {
      if kind != "TN" { problem(number, "stands outside of a section") }
    } else if !readRecord(kind, value) {
      problem(number, "has a record \(kind) that cannot be read")
    }
  }

  /// Reads a record within a section; returns whether it could be read.
  private mutating func readRecord(_ kind: Substring, _ value: Substring) -> Bool {
    let parts = value.split(separator: ",", omittingEmptySubsequences: false)
    switch kind {
    case "DA":
      guard parts.count >= 2, let line = Int(parts[0]), line > 0, let isHit = isHit(parts[1]) else { return false }
      CoverageMerge.add(line, isHit, to: &merge.lines)
    case "BRDA":
      // Expressions in place of a number may have commas of their own.
      guard parts.count >= 4, Int(parts[0]) != nil, let last = parts.last else { return false }
      guard last == "-" || isHit(last) != nil else { return false }
      let branch = parts.dropLast().joined(separator: ",")
      CoverageMerge.add(branch, last != "-" && isHit(last) == true, to: &merge.branches)
    case "FN":
      // The line where the function begins, in some tracefiles the one where it ends, and the name.
      guard parts.count >= 2, Int(parts[0]) != nil else { return false }
      let name = parts.count > 2 && Int(parts[1]) != nil ? parts.dropFirst(2) : parts.dropFirst()
      CoverageMerge.add(name.joined(separator: ","), false, to: &merge.functions)
    case "FNDA":
      guard parts.count >= 2, let isHit = isHit(parts[0]) else { return false }
      CoverageMerge.add(parts.dropFirst().joined(separator: ","), isHit, to: &merge.functions)
    case "FNL":
      guard parts.count >= 2 else { return false }
      functionNumbers.insert(String(parts[0]))
    case "FNA":
      guard parts.count >= 3, functionNumbers.contains(String(parts[0])), let isHit = isHit(parts[1]) else {
        return false
      }
      CoverageMerge.add(parts.dropFirst(2).joined(separator: ","), isHit, to: &merge.functions)
    // Sums, checksums and what is measured beyond lines, branches and functions.
    default: break
    }
    return true
  }

  /// Whether a count is more than 0; counts may be too large for an integer, and of broken runs negative.
  private func isHit(_ count: Substring) -> Bool? { Double(count).map { $0 > 0 } }

  private mutating func problem(_ number: Int, _ message: String) {
    if problems.count < Coverage.problemLimit { problems.append("line \(number) \(message)") }
  }

  func finish() throws(IngestFailure) -> Coverage {
    guard hasSections else { throw IngestFailure("this is no LCOV tracefile: it has no line that begins with SF:") }
    guard path == nil else { throw IngestFailure("the tracefile is cut off: the section of \(path ?? "") has no end") }
    var files: [String: Coverage.File] = [:]
    for (path, merge) in merges { files[path] = merge.file(path) }
    var coverage = Coverage(files)
    coverage.problems = problems
    return coverage
  }
}
