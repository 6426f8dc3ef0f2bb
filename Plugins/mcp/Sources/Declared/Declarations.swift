import CPluginSDK
import PluginKit

/// What plugins have declared for MCP beyond their methods: tools, resources, templates and prompts.
@Loop
final class Declarations {
  enum Kind: UInt32 {
    case tool = 1
    case resource, template, prompt
  }

  struct Item {
    var id: UInt64
    var name: String
    var plugin: String
    var permission: String
    /// As lists show it.
    var definition: [UInt8]
    /// Whether its schema names headers.
    var hasHeaders = false
    /// `execution.taskSupport` of a tool; empty when it says nothing.
    var taskSupport = ""
  }

  let host: Host
  /// Nil in a host without the extension: then there is nothing declared.
  private let table: UnsafePointer<orch_mcp_server>?
  /// All there are, read again when one has come or gone.
  private var items: [Kind: [Item]] = [:]
  var isStale = true

  init(_ host: Host) {
    self.host = host
    table = host.extension(ORCH_EXT_MCP_SERVER)
  }

  /// What of a kind somebody may use, in the order of the names.
  func list(_ kind: Kind, for request: Request) -> [Item] {
    refresh()
    return (items[kind] ?? []).filter { request.caller.rights.allow(.read, of: "", permission: $0.permission) }
  }

  /// The id of what has a name.
  func find(_ kind: Kind, _ name: String) -> UInt64? {
    guard let table else { return nil }
    return name.withText { found(table.pointee.find?(host.raw, kind.rawValue, $0)) }
  }

  /// The id of what can be read at a URI.
  func match(_ uri: String) -> UInt64? {
    guard let table else { return nil }
    return uri.withText { found(table.pointee.match?(host.raw, $0)) }
  }

  private func found(_ id: UInt64?) -> UInt64? { id == 0 ? nil : id }

  /// The declaration with an id, when somebody may use it.
  func item(_ kind: Kind, _ id: UInt64, for request: Request) -> Item? {
    list(kind, for: request).first { $0.id == id }
  }

  private func refresh() {
    guard isStale, let table else { return }
    isStale = false
    let all = Collector()
    table.pointee.each?(host.raw, nil, Collector.add, Unmanaged.passUnretained(all).toOpaque())
    items = all.items.mapValues { $0.map(withTaskSupport).sorted { $0.name < $1.name } }
  }

  private func withTaskSupport(_ item: Item) -> Item {
    guard let support = try? host.parse(item.definition)["execution"]["taskSupport"].string else { return item }
    var item = item
    item.taskSupport = support
    return item
  }

  // MARK: Watching

  /// Asks to hear of changes at a URI.
  func watch(_ uri: String) -> UInt64? {
    guard let table else { return nil }
    var id: UInt64 = 0
    let status = uri.withText { table.pointee.watch?(host.raw, $0, &id) ?? Status.unimplemented.rawValue }
    return status == 0 ? id : nil
  }

  func unwatch(_ id: UInt64) { _ = table?.pointee.unwatch?(host.raw, id) }

  // MARK: Running

  enum Way { case run, complete }

  /// Runs what was declared, once.
  func run(
    _ id: UInt64, _ way: Way, _ server: Server, _ request: Request, name: String, arguments: String, _ round: Round
  ) async throws(Failure) -> Step {
    guard let table else { throw Failure(.notFound, "nothing is declared here") }
    let outcome = Outcome<Step, Failure>()
    let start: @Loop (Context, Outcome<Bool, Failure>) -> Void = { [host] context, released in
      let call = DeclaredCall(
        request, context, host, name: name, arguments: arguments, round: round, outcome: outcome, released: released)
      let function = way == .run ? table.pointee.run : table.pointee.complete
      let status = Status(function?(host.raw, id, call.pointer) ?? Status.unimplemented.rawValue)
      if status != .ok { call.fail(Self.failure(status, context)) }
    }
    // The context has to last as long as the host needs the call, which may be longer than until the answer.
    Loop.task {
      do throws(Failure) { try await Self.hold(server, request, start) } catch { outcome.finish(.failure(error)) }
    }
    return try await outcome.value
  }

  /// Runs `start` with a context that lasts until it is told that it was released.
  private static func hold(
    _ server: Server, _ request: Request, _ start: @Loop (Context, Outcome<Bool, Failure>) -> Void
  ) async throws(Failure) {
    _ = try await server.act(for: request) { context throws(Failure) -> Bool in
      let released = Outcome<Bool, Failure>()
      start(context, released)
      return try await released.value
    }
  }

  /// Why the host did not run it: the sentence that it has recorded.
  private static func failure(_ status: Status, _ context: Context) -> Failure {
    var failure = orch_failure()
    failure.size = UInt32(MemoryLayout<orch_failure>.size)
    context.raw.pointee.v.pointee.failure?(context.raw, &failure)
    let message = text(failure.message)
    let details = text(failure.details)
    return Failure(
      status, message.isEmpty ? "this cannot be used now" : message, details: details.isEmpty ? nil : details)
  }
}

/// Gathers what the host tells.
@Loop
private final class Collector {
  var items: [Declarations.Kind: [Declarations.Item]] = [:]

  static let add: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_mcp_info>?) -> Void = { ud, info in
    guard let ud, let info = info?.pointee, let kind = Declarations.Kind(rawValue: info.kind) else { return }
    let declaration = text(info.declaration)
    let item = Declarations.Item(
      id: info.id, name: text(info.name), plugin: text(info.plugin), permission: text(info.permission),
      definition: Array(declaration.utf8),
      hasHeaders: declaration.contains("x-mcp-header"))
    Unmanaged<Collector>.fromOpaque(ud).takeUnretainedValue().items[kind, default: []].append(item)
  }
}

/// A copy of a borrowed text.
func text(_ text: orch_str) -> String {
  String(decoding: UnsafeRawBufferPointer(start: text.p, count: text.p == nil ? 0 : text.n), as: UTF8.self)
}

extension String {
  /// Lends the string as the C headers spell text.
  fileprivate func withText<Result>(_ body: (orch_str) -> Result) -> Result {
    var text = self
    return text.withUTF8 { utf8 in
      body(orch_str(p: UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self), n: utf8.count))
    }
  }
}
