import CHost

/// What a plugin wants to ask a client, checked.
struct MCPQuestions {
  /// A JSON object in one line; empty without a question.
  private(set) var text: [UInt8] = []
  private var needs: Set<Need> = []

  /// What a client must have declared.
  private enum Need: Hashable {
    case form, url, sampling, roots
  }

  /// The longest state, in bytes.
  private static let longestState = 64 << 10

  init(
    _ questions: UnsafeRawBufferPointer, state: orch_str, of item: MCPDeclarations.Item, _ purpose: MCPCall.Purpose
  ) throws(Failure) {
    func refused(_ reason: String) -> Failure { Failure(.invalidArgument, "\(item.words) \(reason)") }
    guard purpose == .run else { throw refused("cannot ask the client while it completes an argument") }
    guard state.isReadable, state.n <= Self.longestState, state.bytes.isUTF8 else {
      throw refused("asks with a state that is not UTF-8 text of at most \(Self.longestState >> 10) KiB")
    }
    guard questions.count > 0 else {
      guard state.n > 0 else { throw refused("asks without a question and without a state") }
      return
    }
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: questions, duplicateKeys: .refused) } catch {
      throw refused("asks what is not valid JSON: \(error.message)")
    }
    guard let members = json.object else { throw refused("asks what is no JSON object") }
    guard !members.isEmpty || state.n > 0 else { throw refused("asks without a question and without a state") }
    for (key, question) in members {
      guard let method = question["method"]?.string, question["params"].map({ $0.object != nil }) ?? true else {
        throw refused("asks \(key.quoted) without a \"method\", or with \"params\" that are no object")
      }
      switch method {
      case "elicitation/create": needs.insert(question["params"]?["mode"]?.string == "url" ? .url : .form)
      case "sampling/createMessage": needs.insert(.sampling)
      case "roots/list": needs.insert(.roots)
      default:
        throw refused(
          "asks \(key.quoted) by \(method.quoted): use elicitation/create, sampling/createMessage or roots/list")
      }
    }
    if !members.isEmpty { text = json.bytes }
  }

  /// What the client would have to declare; nil when it has.
  func lacking(in capabilities: orch_str) -> (word: String, capabilities: JSON)? {
    let declared = (try? JSON(parsing: capabilities.bytes)) ?? .object([:])
    var lacking: JSONObject = [:]
    for need in needs {
      switch need {
      case .sampling where declared["sampling"]?.object == nil: lacking["sampling"] = [:]
      case .roots where declared["roots"]?.object == nil: lacking["roots"] = [:]
      case .url where declared["elicitation"]?["url"]?.object == nil: lacking["elicitation"] = ["url": [:]]
      case .form where !Self.hasForms(declared["elicitation"]): lacking["elicitation"] = ["form": [:]]
      default: break
      }
    }
    guard !lacking.isEmpty else { return nil }
    return (lacking.keys.sorted().joined(separator: " and "), .object(lacking))
  }

  /// `{}` stands for forms.
  private static func hasForms(_ elicitation: JSON?) -> Bool {
    guard let modes = elicitation?.object else { return false }
    return modes["form"] != nil || modes["url"] == nil
  }
}
