import PluginKit

/// What the threads of a store measure. Without a host nothing.
struct StoreMeters: Sendable {
  private var commits: Histogram?
  private var groups: Histogram?
  private var logBytes: Gauge?
  private var queries: [Kind: Histogram] = [:]

  /// What a question asks for.
  enum Kind: CaseIterable, Sendable {
    case page, count, aggregate, search, sql, integrity

    var name: StaticString {
      switch self {
      case .page: "page"
      case .count: "count"
      case .aggregate: "aggregate"
      case .search: "search"
      case .sql: "sql"
      case .integrity: "integrity"
      }
    }
  }

  /// Nothing is measured.
  init() {}

  /// A host that has no metrics measures nothing either.
  @Loop
  init(_ host: Host) {
    commits = try? host.histogram(
      "commit_duration_seconds", doc: "Time of a transaction of waiting changes, with its sync to disk.",
      bounds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5])
    groups = try? host.histogram(
      "commit_changes", unit: nil, doc: "Changes that were committed by one transaction.",
      bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    logBytes = try? host.gauge(
      "log_bytes", unit: "bytes", doc: "Size of the write-ahead log that is not in the file yet.")
    for kind in Kind.allCases {
      queries[kind] = try? host.histogram(
        "query_duration_seconds", doc: "Time of a question that a reader thread has answered.",
        labels: ["kind": "\(kind.name)"],
        bounds: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5])
    }
  }

  /// A transaction has ended. [any-thread]
  func committed(_ changes: Int, in duration: Duration, logPages: Int) {
    commits?.observe(duration.seconds)
    groups?.observe(Double(changes))
    logBytes?.set(Double(logPages) * 4120)  // Each page of 4096 bytes has a head of 24.
  }

  /// A question was answered. [any-thread]
  func answered(_ work: ReadJob.Work, in duration: Duration) {
    queries[work.kind]?.observe(duration.seconds)
  }
}

extension ReadJob.Work {
  var kind: StoreMeters.Kind {
    switch self {
    case .page: .page
    case .count: .count
    case .groups: .aggregate
    case .search: .search
    case .sql: .sql
    case .integrity: .integrity
    }
  }
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
