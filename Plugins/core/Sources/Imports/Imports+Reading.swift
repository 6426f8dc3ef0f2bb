import Interchange
import PluginKit

/// Content becomes items, which are applied as they come.
extension Imports {
  func content(of call: Call, limit: Int) throws(Failure) -> [UInt8] {
    let (text, bytes) = (call.utf8IfPresent("content"), call.bytesIfPresent("data"))
    guard (text == nil) != (bytes == nil), let content = text ?? bytes else {
      throw Failure(
        .invalidArgument, "give the content as text in \"content\", or as bytes in \"data\"",
        details: Refusal.details(path: "content", message: "is needed, or data instead"))
    }
    guard content.count <= limit else {
      throw Failure(
        .invalidArgument,
        "the content has \(content.count) bytes, and one call takes \(limit); imports.begin and imports.feed take more",
        details: Refusal.details(path: text == nil ? "data" : "content", message: "has more than \(limit) bytes"))
    }
    return Array(content)
  }

  /// Reads a piece and applies what it completes, along with what an interrupted call has left.
  func read(_ content: [UInt8], _ session: ImportSession, _ context: Context?) async throws(Failure) {
    var pieces = content[...]
    repeat {
      // Pieces are small enough that what they hold as items is never much.
      let piece = pieces.prefix(Imports.pieceLimit)
      pieces = pieces.dropFirst(piece.count)
      try await apply(piece.isEmpty ? nil : Array(piece), isEnd: false, session, context)
    } while !pieces.isEmpty
  }

  private func apply(
    _ piece: [UInt8]?, isEnd: Bool, _ session: ImportSession, _ context: Context?
  ) async throws(Failure) {
    var failure: ImportFailure?
    if piece != nil || isEnd {
      let reader = session.reader
      let reading = try await away { reader.read(piece) }
      session.received += piece?.count ?? 0
      session.take(reading.items)
      failure = reading.failure
    }
    try await drain(session, context)
    guard let failure else { return }
    session.item.fields["error"] = .string(failure.message)
    try await close(session, as: .failed, "imports.feed", context)
    throw Failure(.invalidArgument, failure.message)
  }

  /// Completes the content, links what it names, and stores the report.
  func end(_ session: ImportSession, _ context: Context?) async throws(Failure) {
    try await apply(nil, isEnd: !session.isComplete, session, context)
    session.isComplete = true
    guard session.passed >= session.item.applied else {
      close(session)
      throw Failure(
        .failedPrecondition,
        "the host has been restarted since, and has not got all of the content again; send it from its beginning",
        details: #"{"received":0}"#)
    }
    try await link(session, context)
    try await endSprints(session, context)
    let reader = session.reader
    let report = try await away { reader.report }
    session.item.fields["received"] = .int(Int64(session.received))
    session.item.fields["report"] = .object(ImportReportText.fields(report, problems: session.problems))
    try await close(session, as: .finished, "imports.finish", context)
  }

  private func away<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Failure) -> Value {
    do {
      return try await host.work { body() }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.internal, "the content could not be read: \(error)")
    }
  }
}
