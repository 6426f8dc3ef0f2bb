import CPluginSDK

/// One piece of what a tool answers, of what a prompt says, or of what a resource holds.
public struct MCPContent: ExpressibleByStringInterpolation, Sendable {
  let kind: Int
  var role = ORCH_MCP_USER
  let text: String
  let bytes: [UInt8]?
  let type: String
  let uri: String
  let name: String
  var more: String

  private init(
    _ kind: Int, text: String = "", bytes: [UInt8]? = nil, type: String = "", uri: String = "", name: String = "",
    more: String = ""
  ) {
    self.kind = kind
    self.text = text
    self.bytes = bytes
    self.type = type
    self.uri = uri
    self.name = name
    self.more = more
  }

  /// Text, as a literal.
  public init(stringLiteral text: String) { self = .text(text) }

  /// Text; of a resource what is read.
  public static func text(_ text: String) -> MCPContent { MCPContent(ORCH_MCP_TEXT, text: text) }

  /// An image; `type` is `image/png` or so.
  public static func image(_ bytes: [UInt8], type: String) -> MCPContent {
    MCPContent(ORCH_MCP_IMAGE, bytes: bytes, type: type)
  }

  /// A sound; `type` is `audio/wav` or so.
  public static func audio(_ bytes: [UInt8], type: String) -> MCPContent {
    MCPContent(ORCH_MCP_AUDIO, bytes: bytes, type: type)
  }

  /// A resource that can be read.
  public static func link(_ uri: String, name: String, type: String = "") -> MCPContent {
    MCPContent(ORCH_MCP_LINK, type: type, uri: uri, name: name)
  }

  /// A resource itself, as text.
  public static func resource(_ uri: String, text: String, type: String = "") -> MCPContent {
    MCPContent(ORCH_MCP_EMBEDDED, text: text, type: type, uri: uri)
  }

  /// A resource itself, as bytes.
  public static func resource(_ uri: String, bytes: [UInt8], type: String = "") -> MCPContent {
    MCPContent(ORCH_MCP_EMBEDDED, bytes: bytes, type: type, uri: uri)
  }

  /// Of a resource what is read, as bytes.
  public static func bytes(_ bytes: [UInt8], type: String = "") -> MCPContent {
    MCPContent(ORCH_MCP_EMBEDDED, bytes: bytes, type: type)
  }

  /// A whole content object as JSON, for what is not said here.
  public static func json(_ object: String) -> MCPContent { MCPContent(ORCH_MCP_JSON, text: object) }

  /// The same, said by the model.
  public var fromAssistant: MCPContent {
    var content = self
    content.role = ORCH_MCP_ASSISTANT
    return content
  }

  /// The same with further members, a JSON object: `{"annotations": {"audience": ["user"]}}`.
  public func with(_ members: String) -> MCPContent {
    var content = self
    content.more = members
    return content
  }

  /// Adds it to the answer of a call.
  func add(to call: UnsafeMutablePointer<orch_mcp_call>) -> Status {
    var piece = orch_mcp_content()
    piece.size = UInt32(MemoryLayout<orch_mcp_content>.size)
    piece.kind = UInt32(kind)
    piece.role = UInt32(role)
    return withTexts([text, type, uri, name, more]) { texts in
      piece.text = texts[0]
      piece.mime_type = texts[1]
      piece.uri = texts[2]
      piece.name = texts[3]
      piece.more = texts[4]
      return (bytes ?? []).withUnsafeBytes { bytes in
        // No bytes are not the same as bytes of length 0.
        if self.bytes != nil { piece.data = orch_str(p: bytes.text.p ?? texts[0].p ?? Self.somewhere, n: bytes.count) }
        return Status(call.pointee.v.pointee.add?(call, &piece) ?? Status.unimplemented.rawValue)
      }
    }
  }

  /// An address for bytes of length 0.
  private static var somewhere: UnsafePointer<CChar>? { ("" as StaticString).text.p }
}

/// A question to the client or its user, which ``MCPAnswer/ask(_:state:)`` asks.
public struct MCPQuestion: Sendable {
  let method: StaticString
  /// A JSON object, or empty.
  let parameters: String

  /// Asks the user by a form. Never for secrets: those are asked for on a page.
  ///
  /// - Parameter fields: The JSON Schema of an object with simple properties.
  public static func form(_ message: String, fields: String) -> MCPQuestion {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("message", message)
    writer.key("requestedSchema" as StaticString)
    writer.raw(fields)
    writer.endObject()
    return MCPQuestion(method: "elicitation/create", parameters: writer.text)
  }

  /// Sends the user to a page.
  ///
  /// - Parameter id: Names the visit.
  public static func page(_ url: String, _ message: String, id: String) -> MCPQuestion {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("mode", "url")
    writer.member("message", message)
    writer.member("url", url)
    writer.member("elicitationId", id)
    writer.endObject()
    return MCPQuestion(method: "elicitation/create", parameters: writer.text)
  }

  /// Asks the client's model; `parameters` are those of `sampling/createMessage`, a JSON object.
  public static func model(_ parameters: String) -> MCPQuestion {
    MCPQuestion(method: "sampling/createMessage", parameters: parameters)
  }

  /// Asks which folders the client works in.
  public static var roots: MCPQuestion { MCPQuestion(method: "roots/list", parameters: "") }
}

/// What a handler for MCP answers.
public struct MCPAnswer: ExpressibleByArrayLiteral, ExpressibleByStringInterpolation, Sendable {
  enum Kind: Sendable {
    case content([MCPContent], json: [UInt8], isError: Bool)
    case questions([String: MCPQuestion], state: String)
  }

  let kind: Kind

  public init(arrayLiteral pieces: MCPContent...) { self = .content(pieces) }
  public init(stringLiteral text: String) { self = .content([.text(text)]) }

  /// Pieces of content: of a tool, of a resource, or the messages of a prompt.
  public static func content(_ pieces: [MCPContent]) -> MCPAnswer {
    MCPAnswer(.content(pieces, json: [], isError: false))
  }

  /// A structured result of a tool; also written as text when there is no other content.
  public static func structured(
    _ json: borrowing some JSONText & ~Copyable, _ pieces: [MCPContent] = []
  ) -> MCPAnswer {
    MCPAnswer(.content(pieces, json: json.withJSON { Array($0) }, isError: false))
  }

  /// The messages of a prompt, with a description.
  public static func messages(_ pieces: [MCPContent], description: String) -> MCPAnswer {
    var writer = JSONWriter()
    writer.string(description)
    return .structured(writer, pieces)
  }

  /// What went wrong, for the model to read. A ``Failure`` that is thrown says it too.
  public static func failed(_ pieces: [MCPContent]) -> MCPAnswer {
    MCPAnswer(.content(pieces, json: [], isError: true))
  }

  /// Asks the client. The handler runs anew with the same arguments, ``MCPCall/state`` and ``MCPCall/reply(_:)``.
  ///
  /// - Parameter state: The plugin's own, up to 64 KiB. Clients see it, and cannot change it.
  public static func ask(_ questions: [String: MCPQuestion], state: String = "") -> MCPAnswer {
    MCPAnswer(.questions(questions, state: state))
  }

  private init(_ kind: Kind) { self.kind = kind }
}
