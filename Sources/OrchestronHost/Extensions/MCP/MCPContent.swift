import CHost

/// Writes pieces of content as MCP has them: those of a tool, the messages of a prompt, what a resource holds.
struct MCPContent: ~Copyable {
  private var writer = JSONWriter()
  private(set) var count = 0

  /// The most that the content of one answer may hold, in bytes of JSON.
  static let limit = 64 << 20

  /// The pieces so far, with commas between them.
  var bytes: UnsafeRawBufferPointer { writer.bytes }

  mutating func removeAll() {
    writer.reset()
    count = 0
  }

  /// Adds a text, when a tool has nothing but a structured result.
  mutating func add(text: UnsafeRawBufferPointer) {
    writer.beginObject()
    writer.key("type")
    writer.string("text")
    writer.key("text")
    writer.string(utf8: text)
    writer.endObject()
    count += 1
  }

  /// Adds a piece, or refuses it untouched.
  ///
  /// - Parameter uri: What is being read, of a resource.
  mutating func add(
    _ piece: orch_mcp_content, to declaration: MCPDeclaration, uri: orch_str, in document: JSONDocument
  ) throws(Failure) {
    let isResource = declaration.kind == .resource || declaration.kind == .template
    let texts = [piece.text, piece.mime_type, piece.uri, piece.name, piece.more]
    guard texts.allSatisfy({ $0.isReadable && $0.bytes.isUTF8 }), piece.data.isReadable else {
      throw refused("has a text that is not UTF-8")
    }
    let size = texts.reduce(0) { $0 + $1.n } + piece.data.n / 3 * 4
    guard size < Self.limit, writer.count < Self.limit - size else {
      throw Failure(
        .resourceExhausted, "the content of an answer is over \(Self.limit >> 20) MiB: link to resources instead")
    }
    let kind = Int(piece.kind)
    if isResource, ![ORCH_MCP_TEXT, ORCH_MCP_EMBEDDED, ORCH_MCP_JSON].contains(kind) {
      throw refused("is of a kind that resources have not: use EMBEDDED with data, and no uri for what is read")
    }
    try check(piece, kind, isResource: isResource)
    var more: JSONElement?
    if piece.more.n > 0 { more = try object(piece.more, "more", in: document) }
    if kind == ORCH_MCP_JSON { more = try object(piece.text, "text", in: document) }
    if kind == ORCH_MCP_JSON, let more { try check(whole: more, isResource: isResource) }

    if declaration.kind == .prompt {
      writer.beginObject()
      writer.key("role")
      writer.string(Int(piece.role) == ORCH_MCP_ASSISTANT ? "assistant" : "user")
      writer.key("content")
    }
    switch kind {
    case ORCH_MCP_JSON: if let more { writer.element(more) }
    case ORCH_MCP_TEXT where isResource, ORCH_MCP_EMBEDDED where isResource:
      contents(piece, uri: uri, mimeType: declaration.mimeType, more: more)
    default: object(piece, kind, uri: uri, more: more)
    }
    if declaration.kind == .prompt { writer.endObject() }
    count += 1
  }

  // MARK: Checks

  private func refused(_ reason: String) -> Failure { Failure(.invalidArgument, "a piece of content \(reason)") }

  private func check(_ piece: orch_mcp_content, _ kind: Int, isResource: Bool) throws(Failure) {
    switch kind {
    case ORCH_MCP_TEXT: break
    case ORCH_MCP_IMAGE, ORCH_MCP_AUDIO:
      guard piece.mime_type.n > 0 else { throw refused("needs its mime_type, such as image/png") }
    case ORCH_MCP_LINK:
      guard piece.uri.n > 0, piece.name.n > 0 else {
        throw refused("that links to a resource needs its uri and a name")
      }
    case ORCH_MCP_EMBEDDED:
      guard isResource || piece.uri.n > 0 else { throw refused("that embeds a resource needs its uri") }
    case ORCH_MCP_JSON: break
    default: throw refused("is of the kind \(kind), which this host does not know")
    }
    if piece.uri.n > 0, let fault = URITemplate.fault(ofURI: piece.uri.string) {
      throw refused("has the uri \(piece.uri.string.quoted), which \(fault)")
    }
    guard piece.role <= UInt32(ORCH_MCP_ASSISTANT) else {
      throw refused("has a role that is neither user nor assistant")
    }
  }

  private func check(whole piece: JSONElement, isResource: Bool) throws(Failure) {
    if isResource {
      guard piece["uri"]?.stringBytes != nil, piece["text"]?.stringBytes != nil || piece["blob"]?.stringBytes != nil
      else {
        throw refused("in JSON needs a \"uri\" and a \"text\" or \"blob\"")
      }
    } else if piece["type"]?.stringBytes == nil {
      throw refused("in JSON needs a \"type\"")
    }
  }

  private func object(_ text: orch_str, _ what: String, in document: JSONDocument) throws(Failure) -> JSONElement {
    do throws(JSONError) { try document.parse(text.bytes, duplicateKeys: .refused) } catch {
      throw refused("has a \"\(what)\" that is not valid JSON: \(error.message)")
    }
    guard document.root.kind == .object else { throw refused("has a \"\(what)\" that is no JSON object") }
    return document.root
  }

  // MARK: Writing

  private mutating func object(_ piece: orch_mcp_content, _ kind: Int, uri: orch_str, more: JSONElement?) {
    writer.beginObject()
    writer.key("type")
    switch kind {
    case ORCH_MCP_IMAGE, ORCH_MCP_AUDIO:
      writer.string(kind == ORCH_MCP_IMAGE ? "image" : "audio")
      writer.key("data")
      writer.string(Base64.encode(piece.data.bytes))
      member("mimeType", piece.mime_type)
    case ORCH_MCP_LINK:
      writer.string("resource_link")
      member("uri", piece.uri)
      member("name", piece.name)
      member("mimeType", piece.mime_type)
    case ORCH_MCP_EMBEDDED:
      writer.string("resource")
      writer.key("resource")
      contents(piece, uri: uri, mimeType: nil, more: nil)
    default:
      writer.string("text")
      writer.key("text")
      writer.string(utf8: piece.text.bytes)
    }
    members(of: more, but: ["type", "text", "data", "mimeType", "uri", "name", "resource"])
    writer.endObject()
  }

  private mutating func contents(_ piece: orch_mcp_content, uri: orch_str, mimeType: String?, more: JSONElement?) {
    writer.beginObject()
    member("uri", piece.uri.n > 0 ? piece.uri : uri)
    if piece.mime_type.n > 0 {
      member("mimeType", piece.mime_type)
    } else if let mimeType {
      writer.key("mimeType")
      writer.string(mimeType)
    }
    if piece.data.p != nil {
      writer.key("blob")
      writer.string(Base64.encode(piece.data.bytes))
    } else {
      writer.key("text")
      writer.string(utf8: piece.text.bytes)
    }
    members(of: more, but: ["uri", "mimeType", "blob", "text"])
    writer.endObject()
  }

  /// A member that is left out when it is empty.
  private mutating func member(_ key: String, _ text: orch_str) {
    guard text.n > 0 else { return }
    writer.key(key)
    writer.string(utf8: text.bytes)
  }

  private mutating func members(of more: JSONElement?, but written: [String]) {
    guard let more else { return }
    for member in more.members where !written.contains(member.name) {
      writer.key(utf8: member.key)
      writer.element(member.value)
    }
  }
}
