/// Reads coverage reports in Cobertura's XML, which coverage.py, gcovr, Coverlet and others write, too.
///
/// Lines are counted from the elements, not from the sums that the file states. A line that comes several times, in its
/// class and in its method, is counted once.
public enum CoberturaReader {
  /// - Throws: When the content is no such report.
  public static func read(_ content: [UInt8]) throws(IngestFailure) -> Coverage {
    var report = Report()
    try XMLEvents.read(content) { (event) throws(IngestFailure) in try report.read(event) }
    return report.coverage
  }
}

private struct Report {
  private var merges: [String: CoverageMerge] = [:]
  private var path: String?
  private var method: String?
  private var hasBegun = false
  private var problems: [String] = []

  mutating func read(_ event: XMLEvents.Event) throws(IngestFailure) {
    switch event {
    case .start(let name, let attributes):
      if !hasBegun {
        guard name == "coverage" else {
          throw IngestFailure("this is no Cobertura report: it begins with <\(name)> instead of <coverage>")
        }
        hasBegun = true
      }
      begin(name, attributes)
    case .end("class"): path = nil
    case .end("method"): method = nil
    case .end, .text: break
    }
  }

  private mutating func begin(_ name: String, _ attributes: [String: String]) {
    switch name {
    case "class":
      path = attributes["filename"] ?? attributes["name"]
      if let path, merges[path] == nil { merges[path] = CoverageMerge() }
    case "method":
      guard let path, let name = attributes["name"] else { return }
      let method = "\(name)\(attributes["signature"] ?? "")"
      self.method = method
      // Hit when one of its lines is.
      CoverageMerge.add(method, false, to: &merges[path, default: CoverageMerge()].functions)
    case "line":
      guard let path else { return }
      guard let number = attributes["number"].flatMap({ Int($0) }), number > 0,
        let hits = attributes["hits"].flatMap({ Double($0) })
      else {
        if problems.count < Coverage.problemLimit {
          problems.append("a line of \(path) has no readable number and count of hits")
        }
        return
      }
      CoverageMerge.add(number, hits > 0, to: &merges[path, default: CoverageMerge()].lines)
      if let method { CoverageMerge.add(method, hits > 0, to: &merges[path, default: CoverageMerge()].functions) }
      if attributes["branch"]?.lowercased() == "true", let coverage = attributes["condition-coverage"] {
        readBranches(coverage, line: number, of: path)
      }
    default: break
    }
  }

  /// `50% (1/2)`. Which ones were hit is not said: of several sightings the best counts.
  private mutating func readBranches(_ coverage: String, line: Int, of path: String) {
    let numbers = coverage.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: "/")
    guard numbers.count == 2, let hit = Int(numbers[0]), let found = Int(numbers[1]), (0...10_000).contains(found),
      (0...found).contains(hit)
    else { return }
    let last = merges[path]?.branchCounts[line] ?? Coverage.Count()
    let count = Coverage.Count(found: max(last.found, found), hit: max(last.hit, hit))
    merges[path, default: CoverageMerge()].branchCounts[line] = count
  }

  var coverage: Coverage {
    var files: [String: Coverage.File] = [:]
    for (path, merge) in merges { files[path] = merge.file(path) }
    var coverage = Coverage(files)
    coverage.problems = problems
    return coverage
  }
}
