import MCPProtocol
import PluginKit

/// Writes what tools answer.
@Loop
struct ToolAnswer {
  /// How much of a large result is shown at once, in bytes.
  private static let preview = 2000

  let server: Server
  let caller: Caller

  /// The result of a method: as text, and for who reads that, as the object that it is.
  func result(_ json: [UInt8], of method: MethodTool, structured: Bool) -> [UInt8] {
    write { writer in
      if json.count > server.settings.resultBytes {
        writeLarge(json, of: method, to: &writer)
      } else {
        writer.key("content")
        writer.beginArray()
        Self.text(readable(json), to: &writer)
        writer.endArray()
      }
      if structured, method.outputSchema != nil {
        writer.key("structuredContent")
        writer.raw(json)
      }
    }
  }

  /// A result of this plugin's own.
  func result(_ json: [UInt8]) -> [UInt8] {
    write { writer in
      writer.key("content")
      writer.beginArray()
      Self.text(String(decoding: json, as: UTF8.self), to: &writer)
      writer.endArray()
    }
  }

  /// What went wrong, for the model to read: what it can do about it stands in the sentence.
  func failure(_ failure: Failure) -> [UInt8] {
    self.failure("\(failure.status.name): \(failure.message)" + (failure.details.map { "\n\($0)" } ?? ""))
  }

  func failure(_ sentence: String) -> [UInt8] {
    write { writer in
      writer.key("content")
      writer.beginArray()
      Self.text(sentence, to: &writer)
      writer.endArray()
      writer.member("isError", true)
    }
  }

  private func write(_ body: Envelope.Writing) -> [UInt8] {
    var writer = JSONWriter(capacity: 1024)
    writer.beginObject()
    body(&writer)
    writer.endObject()
    return Array(writer.bytes)
  }

  private static func text(_ text: String, to json: inout JSONWriter) {
    json.beginObject()
    json.member("type", "text")
    json.member("text", text)
    json.endObject()
  }

  /// JSON text as it is; of a JSON string what it says.
  private func readable(_ json: [UInt8]) -> String {
    if json.first == UInt8(ascii: "\""), let text = try? server.host.parse(json).string { return text }
    return json.isEmpty || json.elementsEqual("null".utf8) ? "done" : String(decoding: json, as: UTF8.self)
  }

  /// The beginning, and where the whole can be read.
  private func writeLarge(_ json: [UInt8], of method: MethodTool, to writer: inout JSONWriter) {
    let uri = server.kept.keep(json, type: "application/json", for: caller)
    let advice = "Ask for less by limit or filters"
    writer.key("content")
    writer.beginArray()
    let beginning = String(decoding: Self.wholeCharacters(json.prefix(Self.preview)), as: UTF8.self)
    let place = uri.map { "\(advice), or read the whole within ten minutes at \($0)" } ?? advice
    Self.text(
      "\(method.fullName) answered \(json.count) bytes, too many for one answer. \(place). It begins: \(beginning)",
      to: &writer)
    if let uri {
      writer.beginObject()
      writer.member("type", "resource_link")
      writer.member("uri", uri)
      writer.member("name", "result of \(method.fullName)")
      writer.member("mimeType", "application/json")
      writer.member("size", json.count)
      writer.endObject()
    }
    writer.endArray()
  }

  /// Without the part of a character at the end.
  private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var end = bytes.endIndex
    while end > bytes.startIndex, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
    guard end > bytes.startIndex, bytes[end - 1] >= 0xC0 else { return bytes }
    let lead = bytes[end - 1]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    return bytes.endIndex - (end - 1) >= length ? bytes : bytes[..<(end - 1)]
  }
}
