import CHost

/// What plugins have declared for MCP clients, for the plugin that speaks MCP.
final class MCPDeclarations {
  /// A tool, resource, template or prompt of a plugin.
  final class Item {
    let id: UInt64
    unowned let plugin: Plugin
    let declaration: MCPDeclaration
    /// The declaration in one line, as lists show it.
    let text: Text
    let name: Text
    /// A right, never empty.
    let permission: Text
    private(set) var handler: orch_mcp_handler
    private(set) var isOver = false
    private var calls: [ObjectIdentifier: Waiting] = [:]

    /// Each lasts as long as its holders want.
    private struct Waiting { unowned let call: MCPCall }

    init(
      _ id: UInt64, of plugin: Plugin, _ declaration: MCPDeclaration, permission: String, _ handler: orch_mcp_handler
    ) {
      self.id = id
      self.plugin = plugin
      self.declaration = declaration
      self.handler = handler
      text = Text(declaration.json.text)
      name = Text(declaration.name)
      self.permission = Text(permission.isEmpty ? declaration.defaultRight : permission)
    }

    /// `tool "hello"`, for messages.
    var words: String { "\(declaration.kind.rawValue) \(declaration.name.quoted)" }

    func add(_ call: MCPCall) { calls[ObjectIdentifier(call)] = Waiting(call: call) }
    func remove(_ call: MCPCall) { calls[ObjectIdentifier(call)] = nil }

    /// Ends the calls that wait: nobody would answer them any more.
    func end() {
      isOver = true
      let calls = calls.values.map(\.call)  // Held: one may be let go of while another one ends.
      for call in calls { call.itemDidEnd() }
    }

    /// Why somebody may not have it; nil when he may.
    func refusal(to context: Context) -> Failure? {
      let right = permission.string
      guard let rights = context.rights, !rights.include(right) else { return nil }
      return Failure(
        .permissionDenied, "\(words) needs the right \(right.quoted); \(context.actor.string) has \(rights.words)",
        details: ["needs": .string(right)])
    }
  }

  /// The arguments of a request without any.
  static let noArguments = Text("{}")

  /// Names are unique among their kind.
  private struct Key: Hashable {
    let kind: MCPDeclaration.Kind
    let name: String
  }

  private var items: [UInt64: Item] = [:]
  private var byName: [Key: Item] = [:]
  /// How many watch a URI.
  private var watchers: [String: Int] = [:]

  /// All of them, in the order in which they were added.
  var all: [Item] { items.values.sorted { $0.id < $1.id } }

  subscript(id: UInt64) -> Item? { items[id] }

  func find(_ kind: MCPDeclaration.Kind, _ name: String) -> Item? { byName[Key(kind: kind, name: name)] }

  /// What can be read at a URI: a resource, else the template that says most of it.
  func match(_ uri: String) -> Item? {
    if let resource = find(.resource, uri) { return resource }
    var best: Item?
    for item in all {
      guard let template = item.declaration.template, template.match(uri) != nil else { continue }
      if let other = best?.declaration.template, other.literalLength >= template.literalLength { continue }
      best = item
    }
    return best
  }

  /// Adds one; refuses a name that is taken.
  func add(_ item: Item) throws(Failure) {
    let key = Key(kind: item.declaration.kind, name: item.declaration.name)
    if let other = byName[key] {
      throw Failure(.alreadyExists, "the \(item.words) is plugin \"\(other.plugin.id)\"'s already")
    }
    items[item.id] = item
    byName[key] = item
  }

  func remove(_ item: Item) {
    items[item.id] = nil
    byName[Key(kind: item.declaration.kind, name: item.declaration.name)] = nil
  }

  func watch(_ uri: String) { watchers[uri, default: 0] += 1 }

  func unwatch(_ uri: String) {
    guard let count = watchers[uri] else { return }
    watchers[uri] = count > 1 ? count - 1 : nil
  }

  /// Whether somebody watches a URI; empty: any.
  func isWatched(_ uri: UnsafeRawBufferPointer) -> Bool {
    if watchers.isEmpty { return false }
    return uri.isEmpty || watchers[String(decoding: uri, as: UTF8.self)] != nil
  }
}
