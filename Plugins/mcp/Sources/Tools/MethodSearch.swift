import PluginKit

/// What `find_methods` answers.
@Loop
struct MethodSearch {
  let catalog: ToolCatalog
  let rights: Rights

  /// The methods that fit best, with their arguments; the services when nothing is looked for, or nothing found.
  func find(_ query: String, limit: Int) -> [UInt8] {
    var json = JSONWriter(capacity: 4096)
    json.beginObject()
    let found = methods(query, limit)
    if found.isEmpty {
      if !query.isEmpty { json.member("note", "no method fits \"\(query.prefix(100))\"; these are the services") }
      json.key("services")
      json.beginArray()
      for service in catalog.services { write(service, to: &json) }
      json.endArray()
    } else {
      json.key("methods")
      json.beginArray()
      for method in found { write(method, to: &json) }
      json.endArray()
    }
    json.endObject()
    return Array(json.bytes)
  }

  private func methods(_ query: String, _ limit: Int) -> [MethodTool] {
    if let exact = catalog.method(named: query), exact.isAllowed(rights) { return [exact] }
    let words = SearchWords(query)
    guard !words.isEmpty else { return [] }
    let found = catalog.methods.values.filter { $0.isAllowed(rights) }.map { (score: words.score(of: $0), method: $0) }
      .filter { $0.score > 0 }
    return found.sorted {
      $0.score == $1.score ? $0.method.fullName < $1.method.fullName : $0.score > $1.score
    }.prefix(limit).map(\.method)
  }

  private func write(_ method: MethodTool, to json: inout JSONWriter) {
    json.beginObject()
    json.member("method", method.fullName)
    json.member("does", method.doc)
    json.member("call", method.effect == .read ? "call_read" : "call_write")
    if method.effect == .destructive { json.member("destructive", true) }
    json.key("arguments")
    json.raw(method.inputSchema)
    json.endObject()
  }

  private func write(_ service: (name: String, doc: String), to json: inout JSONWriter) {
    let names = catalog.sorted.filter { $0.service == service.name && $0.isAllowed(rights) }.map(\.method)
    guard !names.isEmpty else { return }
    json.beginObject()
    json.member("service", service.name)
    json.member("about", service.doc)
    json.member("methods", names.joined(separator: " "))
    json.endObject()
  }
}
