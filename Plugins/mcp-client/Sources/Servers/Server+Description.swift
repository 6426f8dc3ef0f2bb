import MCPProtocol
import PluginKit

extension Server {
  /// What is told of the server. Values of variables and headers are not.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("name", name)
    json.member("origin", origin.rawValue)
    json.member("state", state.rawValue)
    switch settings.address {
    case .program(let command, let arguments, _, _):
      json.member("command", command)
      json.key("args")
      json.beginArray()
      for argument in arguments { json.string(argument) }
      json.endArray()
    case .url(let url, _): json.member("url", url)
    }
    if let session, state == .connected { session.write(to: &json) }
    if let fault { json.member("fault", fault) }
    json.member("service", ToolService.name(name))
    Self.write(tools, refused, to: &json)
    json.endObject()
  }

  var description: [UInt8] {
    var json = JSONWriter()
    write(to: &json)
    return Array(json.bytes)
  }

  /// Connects once more, looks, and goes; tells what it found, or why it found nothing.
  func test() async -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    do throws(Failure) {
      let session = try makeSession()
      defer { session.close() }
      try await session.open(isLegacy: false, own: HostMark.of(storageFolder: host.info.storageDirectory))
      let read = ToolService.read(try await session.tools(), settings: settings, name: name)
      json.member("ok", true)
      session.write(to: &json)
      Self.write(read.tools, read.refused, to: &json)
    } catch {
      json.member("ok", false)
      json.member("fault", error.message)
    }
    json.endObject()
    return Array(json.bytes)
  }

  private static func write(_ tools: [Tool], _ refused: [Tool.Refusal], to json: inout JSONWriter) {
    json.key("tools")
    json.beginArray()
    for tool in tools {
      json.beginObject()
      json.member("tool", tool.name)
      json.member("method", tool.method)
      json.member("effect", tool.effect.rawValue)
      json.endObject()
    }
    json.endArray()
    json.key("refused")
    json.beginArray()
    for refusal in refused {
      json.beginObject()
      json.member("tool", refusal.tool)
      json.member("reason", refusal.reason)
      json.endObject()
    }
    json.endArray()
  }
}

extension Session {
  /// Members that tell who is at the other end.
  fileprivate func write(to json: inout JSONWriter) {
    json.member("server", server)
    json.member("protocolVersion", era.version)
  }
}
