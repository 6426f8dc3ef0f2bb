import Forecasting
import PluginKit

/// The models that tell how risky a change is, one for each project, kept until more commits come.
@Loop
final class BugRisks {
  private let ledger: Ledger
  private var models: [String: BugRisk] = [:]

  /// The commits that are learnt from, the latest ones.
  private static let window = 50_000

  init(ledger: Ledger) {
    self.ledger = ledger
  }

  /// Lets the next question learn anew.
  func forget(_ project: String) {
    models[project] = nil
  }

  func model(of project: ProjectItem, _ context: Context?) async throws(Failure) -> BugRisk {
    if let model = models[project.id] { return model }
    let commits = try await commits(of: project, context)
    let model = try await computed(on: ledger.host) { () throws(ForecastError) in try BugRisk(commits: commits) }
    models[project.id] = model
    return model
  }

  /// The commits in the order of their times, without merges.
  private func commits(of project: ProjectItem, _ context: Context?) async throws(Failure) -> [Commit] {
    var query = Documents.Query(CommitItem.collection, limit: 500)
    query.match("project", .string(project.id))
    query.match("merge", 0)
    query.order = ["-at"]
    query.fields = ["at", "author", "fix", "files"]
    var commits: [Commit] = []
    while commits.count < BugRisks.window {
      let page = try await ledger.documents.page(query, context)
      commits += page.items.compactMap(Commit.init)
      guard let next = page.next else { break }
      query.cursor = next
    }
    return commits.reversed()
  }
}

extension Commit {
  /// - Parameter stored: The fields of a ``CommitItem``.
  init?(_ stored: Fields) {
    guard let moment = stored["at"]?.string.flatMap({ Instant($0) }) else { return nil }
    self.init(
      day: Double(moment.milliseconds) / 86_400_000, author: stored["author"]?.string ?? "",
      isFix: stored["fix"]?.int == 1, changes: Commit.changes(stored["files"]?.array ?? []))
  }

  static func changes(_ files: [Value]) -> [Change] {
    files.compactMap { file in
      guard let file = file.object, let path = file["path"]?.string else { return nil }
      return Change(
        path: path, added: Int(clamping: max(0, file["added"]?.int ?? 0)),
        removed: Int(clamping: max(0, file["removed"]?.int ?? 0)))
    }
  }
}

extension Quality {
  func bugRisk(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let files = Commit.changes(try host.parse(try call.json("files")).elements.map(Value.init))
    let author = try call.string("author")
    let model = try await risks.model(of: project, call.context)
    let assessment: BugRisk.Assessment
    do throws(ForecastError) {
      assessment = try model.assess(files, author: author)
    } catch {
      throw Failure(.invalidArgument, error.message)
    }
    var json = JSONWriter(capacity: 1024 + files.count * 512)
    func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
    json.beginObject()
    json.member("unit", "chance of a fix within \(Int(BugRisk.horizon)) days")
    json.member("probability", rounded(assessment.probability))
    json.key("files" as StaticString)
    json.beginArray()
    for file in assessment.files {
      json.beginObject()
      json.member("path", file.path)
      json.member("probability", rounded(file.probability))
      json.key("evidence" as StaticString)
      json.beginArray()
      for contribution in file.evidence {
        json.beginObject()
        json.member("feature", "\(contribution.feature)")
        json.member("logOdds", rounded(contribution.logOdds))
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.key("evidence" as StaticString)
    json.beginObject()
    json.member("samples", assessment.samples)
    json.member("fixed", assessment.fixed)
    json.endObject()
    json.key("error" as StaticString)
    json.beginObject()
    json.key("areaUnderCurve" as StaticString)
    if let area = assessment.error.areaUnderCurve { json.double(rounded(area)) } else { json.null() }
    json.member("brierScore", rounded(assessment.error.brierScore))
    json.member("baseline", rounded(assessment.error.baseline))
    json.member("samples", assessment.error.samples)
    json.endObject()
    json.endObject()
    call.answer(json)
  }
}
