import MCPProtocol
import PluginKit

/// One page of a list. A cursor says after which name it goes on, so that it stays good when the list changes.
@Loop
struct Page {
  private let after: String?

  init(_ cursor: JSONValue) throws(RPCError) {
    guard cursor.kind != .absent else {
      after = nil
      return
    }
    guard let text = cursor.string, let bytes = Base64URL.decode(text.utf8), bytes.first == UInt8(ascii: "n"),
      let name = String(validating: bytes.dropFirst(), as: UTF8.self)
    else { throw .invalidParams("\"cursor\" is none of this list's; begin anew without one") }
    after = name
  }

  /// Answers with the page. `all` is in the order of the names.
  func write(_ all: [(name: String, definition: [UInt8])], size: Int, as list: String, to request: Request) {
    let rest = after.map { after in all.drop { $0.name <= after } } ?? all[...]
    let page = rest.prefix(size)
    request.completeCacheable(milliseconds: 300_000) { json in
      json.key(list)
      json.beginArray()
      for item in page { json.raw(item.definition) }
      json.endArray()
      if page.count < rest.count, let last = page.last {
        json.member("nextCursor", Base64URL.encode(Array("n\(last.name)".utf8)))
      }
    }
  }
}
