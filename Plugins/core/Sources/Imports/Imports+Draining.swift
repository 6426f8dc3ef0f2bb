import Interchange
import PluginKit

/// How what was read becomes entities: batch by batch, each one transaction that also notes how far the import has come.
extension Imports {
  /// Applies all that waits.
  func drain(_ session: ImportSession, _ context: Context?) async throws(Failure) {
    while case let known = session.item.applied - session.passed, known > 0 {
      let batch = session.batch()
      guard !batch.isEmpty else { return }
      session.pass(batch.prefix(known))
    }
    if session.item.isDry { return try await rehearse(session, context) }
    var stored: ImportStep?
    while true {
      let batch = session.batch(after: stored?.items.count ?? 0)
      if let step = stored, batch.isEmpty || !step.lets(batch) {
        try await pass(step, session, context)
        stored = nil
      } else if batch.isEmpty {
        return
      } else {
        let next = ImportStep(batch, after: stored)
        await next.begin(session, of: self, context)
        if let step = stored {
          do throws(Failure) { try await pass(step, session, context) } catch {
            // What comes after it cannot be stored either.
            try? await next.end()
            throw error
          }
        }
        stored = next
      }
    }
  }

  /// Waits for a batch and takes note of it.
  private func pass(_ step: ImportStep, _ session: ImportSession, _ context: Context?) async throws(Failure) {
    var step = step
    do {
      try await step.end()
    } catch {
      guard step.isGivenUp else { throw error }
      step = ImportStep(step.items, after: nil)
      await step.begin(session, of: self, context)
      try await step.end()
    }
    if let item = step.item { session.item = item }
    for problem in step.problems { session.note(problem: problem) }
    session.pass(step.items)
    tell(session, context)
  }

  private func rehearse(_ session: ImportSession, _ context: Context?) async throws(Failure) {
    while case let items = session.batch(), !items.isEmpty {
      try await commit(session, "imports.feed", context) { [self] batch throws(Failure) in
        try await batch.apply(items, with: self)
      }
      session.pass(items)
      session.item.fields["applied"] = .int(Int64(session.passed))
      tell(session, context)
    }
  }

  /// Runs `body` as one change that also notes what it has counted. Of a dry run, nothing is committed.
  func commit(
    _ session: ImportSession, _ method: String, about turn: String? = nil, _ context: Context?,
    _ body: @Loop (ImportBatch) async throws(Failure) -> Void
  ) async throws(Failure) {
    var (result, problems) = (session.item, [String]())
    func run(_ transaction: Transaction) async throws(Failure) -> ImportItem {
      let batch = ImportBatch(session, transaction, projects[session.item.project])
      try await body(batch)
      var item = session.item
      var counts = item.counts
      counts += batch.counts
      item.fields["counts"] = .object(counts.fields)
      problems = batch.problems
      return item
    }
    if session.item.isDry {
      result = try await run(ledger.reading(context))
    } else {
      _ = try await ledger.change(.init(method: method), about: turn, context) { transaction throws(Failure) in
        _ = try await transaction.get(session.item.id, as: ImportItem.self)
        result = transaction.put(try await run(transaction))
        return []
      }
    }
    session.item = result
    for problem in problems { session.note(problem: problem) }
  }

  /// Publishes how far the import has come.
  func tell(_ session: ImportSession, _ context: Context?) {
    var json = JSONWriter()
    json.beginObject()
    json.member("id", session.item.id)
    json.member("project", session.item.project)
    json.member("received", session.received)
    json.member("applied", session.item.applied)
    json.key("counts" as StaticString)
    json.fields(session.item.counts.fields)
    json.endObject()
    host.publish("import:progress", json, context: context)
  }
}
