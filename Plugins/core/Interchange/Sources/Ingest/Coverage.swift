/// Which lines of which files a run of tests executed.
public struct Coverage: Sendable, Equatable {
  /// Found, and hit of these.
  public struct Count: Sendable, Equatable {
    public var found: Int
    public var hit: Int

    public init(found: Int = 0, hit: Int = 0) {
      self.found = found
      self.hit = hit
    }

    /// Hit of found, 0 to 1; nil when there is nothing to hit.
    public var share: Double? { found > 0 ? Double(hit) / Double(found) : nil }

    public static func + (left: Count, right: Count) -> Count {
      Count(found: left.found + right.found, hit: left.hit + right.hit)
    }
  }

  /// A file of the source.
  public struct File: Sendable, Equatable {
    public var path: String
    public var lines = Count()
    public var branches = Count()
    public var functions = Count()

    public init(path: String) {
      self.path = path
    }
  }

  /// By path, ascending; each path once.
  public private(set) var files: [File]
  /// What was passed over because it could not be read, in sentences; the first ones.
  public internal(set) var problems: [String] = []

  init(_ files: [String: File]) {
    self.files = files.values.sorted { $0.path < $1.path }
  }

  public var lines: Count { files.reduce(Count()) { $0 + $1.lines } }
  public var branches: Count { files.reduce(Count()) { $0 + $1.branches } }
  public var functions: Count { files.reduce(Count()) { $0 + $1.functions } }

  static let problemLimit = 100
}

/// What several runs together hit of one file.
struct CoverageMerge {
  /// Line to whether it was hit.
  var lines: [Int: Bool] = [:]
  var branches: [String: Bool] = [:]
  /// Line to its branches, where a report only counts them.
  var branchCounts: [Int: Coverage.Count] = [:]
  var functions: [String: Bool] = [:]

  func file(_ path: String) -> Coverage.File {
    var file = Coverage.File(path: path)
    file.lines = CoverageMerge.count(lines.values)
    file.branches = branchCounts.values.reduce(CoverageMerge.count(branches.values)) { $0 + $1 }
    file.functions = CoverageMerge.count(functions.values)
    return file
  }

  private static func count(_ hits: some Collection<Bool>) -> Coverage.Count {
    Coverage.Count(found: hits.count, hit: hits.count { $0 })
  }

  /// Adds a sighting: hit once is hit.
  static func add<Key>(_ key: Key, _ isHit: Bool, to hits: inout [Key: Bool]) {
    hits[key] = hits[key, default: false] || isHit
  }
}
