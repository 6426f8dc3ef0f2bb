import Interchange
import PluginKit

/// The service `quality`: takes logs of commits and reports of tests and coverage, and tells what they show.
@Loop
final class Quality {
  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  let analytics: Analytics
  let risks: BugRisks
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }

  /// What can be taken.
  enum Kind: String, Sendable, CaseIterable {
    case git, junit, lcov, cobertura
  }

  /// The most bytes of one content.
  static let contentLimit = 8 << 20

  init(ledger: Ledger, projects: Projects, tasks: Tasks, analytics: Analytics) {
    self.ledger = ledger
    self.projects = projects
    self.tasks = tasks
    self.analytics = analytics
    risks = BugRisks(ledger: ledger)
  }

  static let collections: [Documents.Definition] = [
    .init(
      collection: CommitItem.collection,
      indexes: [
        .init(fields: ["project", "merge", "day", "fix", "added", "removed", "fileCount"]),
        .init(fields: ["project", "at"]),
      ]),
    .init(collection: TestRunItem.collection, indexes: [.init(fields: ["project", "at"])]),
    .init(collection: CoverageItem.collection, indexes: [.init(fields: ["project", "at"])]),
  ]

  // MARK: Taking

  func ingest(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let kind = Kind(rawValue: try call.string("kind")) ?? .git
    let content = try content(of: call)
    let given = call.stringIfPresent("at").flatMap { Instant($0) }
    switch kind {
    case .git:
      call.answer(json: try await ingestCommits(content, project, call.context))
    case .junit:
      let zone = project.zone
      let run = try await read { () throws(IngestFailure) in try JUnitReader.read(content, timeZone: zone) }
      let moment = given ?? run.startedAt
      let id = Quality.id(of: content, kind, project, at: moment)
      let item = TestRunItem(run, id: id, project: project, at: moment ?? .now)
      let isNew = try await keep(item, call.context)
      let answer: Fields = ["kind": "junit", "new": .bool(isNew), "tests": item.fields["tests"] ?? 0]
      call.answer(json: answer.json)
    case .lcov, .cobertura:
      let coverage = try await read { () throws(IngestFailure) in
        try kind == .lcov ? LCOVReader.read(content) : CoberturaReader.read(content)
      }
      let id = Quality.id(of: content, kind, project, at: given)
      let isNew = try await keep(CoverageItem(coverage, id: id, project: project, at: given ?? .now), call.context)
      let answer: Fields = [
        "kind": .string(kind.rawValue), "new": .bool(isNew), "files": .int(Int64(coverage.files.count)),
        "problems": .array(coverage.problems.map(Value.string)),
      ]
      call.answer(json: answer.json)
    }
  }

  private func content(of call: Call) throws(Failure) -> [UInt8] {
    let (text, bytes) = (call.utf8IfPresent("content"), call.bytesIfPresent("data"))
    guard (text == nil) != (bytes == nil), let content = text ?? bytes else {
      throw Failure(
        .invalidArgument, "give the content as text in \"content\", or as bytes in \"data\"",
        details: Refusal.details(path: "content", message: "is needed, or data instead"))
    }
    guard content.count <= Quality.contentLimit else {
      throw Failure(
        .invalidArgument,
        "the content has \(content.count) bytes, and one call takes \(Quality.contentLimit); "
          + "a long log comes in several runs of git, with --skip and --max-count",
        details: Refusal.details(path: "content", message: "is too long"))
    }
    return Array(content)
  }

  /// The same content at the same time is the same report.
  private static func id(of content: [UInt8], _ kind: Kind, _ project: ProjectItem, at moment: Instant?) -> String {
    ImportedID.id([project.id, kind.rawValue, String(decoding: content, as: UTF8.self)], at: moment)
  }

  /// Reads on a worker; what is malformed is the caller's mistake.
  private func read<Value: Sendable>(
    _ body: @escaping @Sendable () throws(IngestFailure) -> Value
  ) async throws(Failure) -> Value {
    do {
      return try await host.work { try body() }
    } catch let failure as IngestFailure {
      throw Failure(.invalidArgument, failure.message)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.internal, "the content could not be read: \(error)")
    }
  }

  /// Stores a report; returns whether it was not there yet.
  private func keep<E: Entity>(_ item: E, _ context: Context?) async throws(Failure) -> Bool {
    let known = try await documents.find(.id(item.id), as: E.self, context)
    guard known == nil else { return false }
    try await write([item], context)
    return true
  }

  /// Stores documents that have no history: they are what somebody else has recorded.
  private func write<E: Entity>(_ items: [E], _ context: Context?) async throws(Failure) {
    var json = JSONWriter(capacity: items.count * 1024)
    json.beginObject()
    json.key("operations" as StaticString)
    json.beginArray()
    for item in items {
      json.beginObject()
      json.member("collection", E.collection)
      json.member("id", item.id)
      json.member("expected", "any")
      json.key("put" as StaticString)
      json.fields(item.fields)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    _ = try await documents.write(json, context)
  }

  // MARK: Commits

  private func ingestCommits(
    _ content: [UInt8], _ project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> [UInt8] {
    let commits = try await read { () throws(IngestFailure) in
      var reader = GitLogReader()
      var commits: [GitCommit] = []
      reader.feed(content)
      while let commit = try reader.next() { commits.append(commit) }
      reader.end()
      while let commit = try reader.next() { commits.append(commit) }
      return commits
    }
    var (new, linked) = (0, 0)
    for start in stride(from: 0, to: commits.count, by: Quality.batch) {
      let batch = commits[start..<min(start + Quality.batch, commits.count)]
      let ids = batch.map { CommitItem.id(of: $0.hash, in: project) }
      let known = Set(try await documents.get(ids, as: CommitItem.self, context).compactMap { $0?.id })
      let fresh = batch.filter { !known.contains(CommitItem.id(of: $0.hash, in: project)) }
      guard !fresh.isEmpty else { continue }
      // Linked first: what is stored has been linked, whatever happens in between.
      linked += try await link(fresh, project, context)
      try await write(fresh.map { CommitItem($0, in: project) }, context)
      new += fresh.count
    }
    if new > 0 { risks.forget(project.id) }
    let answer: Fields = [
      "kind": "git", "commits": .int(Int64(commits.count)), "new": .int(Int64(new)), "linked": .int(Int64(linked)),
    ]
    return answer.json
  }

  private static let batch = 200

  /// Adds the hashes of commits to the tasks that they name.
  ///
  /// - Returns: How many tasks have got more commits.
  private func link(
    _ commits: [GitCommit], _ project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> Int {
    var hashes: [String: [String]] = [:]
    for commit in commits {
      for key in TaskMentions.keys(in: "\(commit.subject)\n\(commit.body)", of: project.key) {
        hashes[key, default: []].append(commit.hash)
      }
    }
    let keys = hashes.keys.sorted()
    var linked = 0
    for start in stride(from: 0, to: keys.count, by: Documents.Query.valueLimit) {
      let some = keys[start..<min(start + Documents.Query.valueLimit, keys.count)]
      linked += try await add(hashes.filter { some.contains($0.key) }, context)
    }
    return linked
  }

  /// Adds hashes to tasks, by the keys of these.
  private func add(_ hashes: [String: [String]], _ context: Context?) async throws(Failure) -> Int {
    var linked = 0
    _ = try await ledger.change(.init(method: "quality.ingest"), context) { [self] transaction throws(Failure) in
      linked = 0
      var query = Documents.Query(TaskItem.collection)
      query.match("key", anyOf: hashes.keys.sorted().map(Value.string))
      for task in try await transaction.all(query, as: TaskItem.self) where !task.isDeleted {
        let old = task.references("commits")
        let added = (hashes[task.key] ?? []).filter { !old.contains($0) }
        guard !added.isEmpty, old.count < Quality.commitLimit else { continue }
        let all = (old + added).prefix(Quality.commitLimit)
        try await tasks.apply(["commits": .array(all.map(Value.string))], to: task, transaction)
        linked += 1
      }
      return []
    }
    return linked
  }

  /// The most commits of a task.
  private static let commitLimit = 500
}
