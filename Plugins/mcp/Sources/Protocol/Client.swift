import MCPProtocol
import PluginKit

/// Who speaks, and what it can do: what a client says of itself.
struct Client {
  var name = ""
  /// The declared capabilities as JSON text.
  var capabilities = "{}"
  var asksByForm = false
  var asksByURL = false
  var samples = false
  var hasRoots = false
  /// Whether a call may become a task.
  var takesTasks = false

  init() {}

  init(info: JSONValue, capabilities: JSONValue) {
    name = info["name"].string ?? ""
    guard capabilities.kind == .object, capabilities.count > 0 else { return }
    self.capabilities = capabilities.text
    let elicitation = capabilities["elicitation"]
    asksByURL = elicitation["url"].isPresent
    // An empty object means forms, as it did before there was another way.
    asksByForm = elicitation.isPresent && (elicitation["form"].isPresent || !asksByURL)
    samples = capabilities["sampling"].isPresent
    hasRoots = capabilities["roots"].isPresent
    takesTasks = capabilities["extensions"]["io.modelcontextprotocol/tasks"].isPresent
  }

  /// The actor that its calls show: `agent:` and its name, in which what an actor cannot have is `-`.
  var actor: String {
    let name = name.utf8.prefix(64).map { byte in
      let isPlain =
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: ".")
        || byte == UInt8(ascii: "_")
      return isPlain ? byte : UInt8(ascii: "-")
    }
    return "agent:" + (name.isEmpty ? "mcp" : String(decoding: name, as: UTF8.self))
  }

  /// Why a question cannot be put to this client; nil when it can.
  func refusal(of question: JSONValue) -> RPCError? {
    switch question["method"].string {
    case "elicitation/create":
      let isURL = question["params"]["mode"].string == "url"
      if isURL ? asksByURL : asksByForm { return nil }
      return .missingCapability(
        "this needs an answer of the person, and the client cannot ask",
        needed: isURL ? #"{"elicitation":{"url":{}}}"# : #"{"elicitation":{"form":{}}}"#)
    case "sampling/createMessage":
      return samples
        ? nil : .missingCapability("this needs the client's model, which it does not lend", needed: #"{"sampling":{}}"#)
    case "roots/list":
      return hasRoots
        ? nil : .missingCapability("this needs the client's folders, which it does not tell", needed: #"{"roots":{}}"#)
    default: return RPCError(code: -32603, message: "a question of an unknown kind was to be asked")
    }
  }
}
