import PluginKit

/// A content that is posted whole: `POST /api/imports/{id}/content` feeds it to the import as it comes, and finishes the
/// import at its end. No more than a piece of it is in memory; the client waits while a piece is stored.
extension Imports {
  func start() throws(Failure) {
    try host.route("POST /api/imports/{id}/content", .streamed) { [self] exchange in
      let kept = exchange.retain()
      Loop.task { [self] in
        do throws(Failure) {
          let answer = try await take(kept)
          kept.exchange.respond(200, ["Content-Type: application/json"], body: Array(answer.bytes))
        } catch {
          kept.exchange.respond(error)
        }
      }
    }
  }

  /// Bytes that are fed at once.
  private static let portion = 256 << 10

  private func take(_ kept: RetainedExchange) async throws(Failure) -> Body {
    try refuseForms(kept.exchange)
    // Before anything is read: what cannot be taken need not be sent.
    try await feed([], at: 0, kept.exchange)
    var (piece, offset) = ([UInt8](), 0)
    while let part = try await kept.nextPart() {
      piece += part.bytes
      guard piece.count >= Imports.portion else { continue }
      try await feed(piece, at: offset, kept.exchange)
      offset += piece.count
      piece.removeAll(keepingCapacity: true)
    }
    if !piece.isEmpty { try await feed(piece, at: offset, kept.exchange) }
    return try await call("imports.finish", kept.exchange) { $0.member("size", offset + piece.count) }
  }

  private func feed(_ piece: [UInt8], at offset: Int, _ exchange: WebExchange) async throws(Failure) {
    _ = try await call("imports.feed", exchange) { json in
      json.member("offset", offset)
      json.member("data", piece.withUnsafeBytes(Base64.encode))
    }
  }

  /// Calls a method for the client, who needs the rights for it.
  private func call(
    _ method: String, _ exchange: WebExchange, _ write: (inout JSONWriter) -> Void
  ) async throws(Failure) -> Body {
    var json = JSONWriter()
    json.beginObject()
    json.member("id", exchange.parameter("id") ?? "")
    write(&json)
    json.endObject()
    return try await host.call(method, json, context: exchange.context)
  }

  /// What lies in something else would be read as the content itself.
  private func refuseForms(_ exchange: WebExchange) throws(Failure) {
    guard exchange.header("content-type")?.asciiLowercased.hasPrefix("multipart/") != true else {
      throw Failure(
        .invalidArgument, "send the content itself as the body, not as a form: curl --data-binary @file, not -F")
    }
    guard let coding = exchange.header("content-encoding")?.asciiLowercased, coding != "identity" else { return }
    throw Failure(.invalidArgument, "send the content as it is: this address does not take Content-Encoding \(coding)")
  }
}
