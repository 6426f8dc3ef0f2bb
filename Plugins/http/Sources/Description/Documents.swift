import PluginKit

/// The documents about this host's interfaces: made when somebody asks for them, off the loop, and kept until services or
/// topics come or go.
final class Documents {
  enum Kind: CaseIterable {
    case openAPI, asyncAPI

    /// The method of the host that tells what the document is made of.
    fileprivate var source: StaticString {
      switch self {
      case .openAPI: "host.services"
      case .asyncAPI: "host.topics"
      }
    }

    /// Makes the document of what the host tells.
    func build(from text: Value, version: String, isOpen: Bool) -> Value {
      switch self {
      case .openAPI: OpenAPIDocument.build(from: text, version: version, isOpen: isOpen)
      case .asyncAPI: AsyncAPIDocument.build(from: text, version: version)
      }
    }
  }

  /// Makes a document of a text of the host, and tells the outcome on the loop.
  typealias Builder = (Kind, String, @escaping (Result<[UInt8], Failure>) -> Void) -> Void

  private struct Document {
    var content: SharedBytes
    /// What tells the content apart: an entity tag without its quotes.
    var tag: String
  }

  private let gate: HostGate
  private let build: Builder
  private var made: [Kind: Document] = [:]
  private var waiting: [Kind: [HTTPExchange]] = [:]
  private var generation = 0

  init(_ gate: HostGate, build: @escaping Builder) {
    self.gate = gate
    self.build = build
  }

  /// Forgets what was made: something has come or gone.
  func invalidate() {
    generation += 1
    made = [:]
  }

  /// Answers with a document, when it is made.
  func answer(_ exchange: HTTPExchange, _ kind: Kind) {
    if let document = made[kind] { return send(document, exchange) }
    waiting[kind, default: []].append(exchange)
    if waiting[kind]?.count == 1 { make(kind) }
  }

  private func make(_ kind: Kind) {
    let call = TextCall()
    gate.begin(call, kind.source)
    guard case .success(let text)? = call.result else {
      return finish(kind, .failure(Failure(.unavailable, "the host did not tell what it offers")), generation)
    }
    let begun = generation
    build(kind, text.bytes.text) { [weak self] in self?.finish(kind, $0, begun) }
  }

  private func finish(_ kind: Kind, _ outcome: Result<[UInt8], Failure>, _ begun: Int) {
    let exchanges = waiting.removeValue(forKey: kind) ?? []
    switch outcome {
    case .success(let bytes):
      let content = SharedBytes { buffer in bytes.withUnsafeBufferPointer { buffer.append($0) } }
      let document = Document(content: content, tag: StaticFolder.tag(of: content.bytes))
      if begun == generation { made[kind] = document }
      for exchange in exchanges { send(document, exchange) }
    case .failure(let failure):
      for exchange in exchanges { exchange.respond(Problem(failure.status, failure.message)) }
    }
  }

  private func send(_ document: Document, _ exchange: HTTPExchange) {
    exchange.respond(.json, document.content, tag: document.tag) { $0.append("Cache-Control: no-cache\r\n") }
  }
}
