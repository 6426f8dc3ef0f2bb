import Glibc
import OrchestronHost

/// The arguments of a call as they were typed.
struct CallArguments {
  /// The JSON object that was given whole.
  private let object: JSONObject
  private let pairs: [(name: String, value: String)]

  /// Reads `name=value` words and JSON objects.
  init(_ words: [String]) throws(Failure) {
    var object: JSONObject = [:]
    var pairs: [(String, String)] = []
    for word in words {
      if word.hasPrefix("{") {
        do {
          for (key, value) in try JSON(parsing: word, duplicateKeys: .refused).object ?? [:] { object[key] = value }
        } catch {
          throw Failure(.invalidArgument, "the arguments are not valid JSON: \(error)")
        }
        continue
      }
      guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
        throw Failure(.invalidArgument, "\"\(word)\" is no argument; write name=value, or one JSON object")
      }
      pairs.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
    }
    self.object = object
    self.pairs = pairs
  }

  /// Whether the types of the method's parameters are needed.
  var needDeclaration: Bool { !pairs.isEmpty }

  /// The JSON text of the arguments of a method with that declaration. What does not fit its type goes as text, so that
  /// the host says what is wrong with it.
  func json(for declaration: JSON) throws(Failure) -> [UInt8] {
    var object = self.object
    var types: [String: String] = [:]
    for parameter in declaration["params"]?.array ?? [] {
      if let name = parameter["name"]?.string { types[name] = parameter["type"]?.string }
    }
    for (name, text) in pairs { object[name] = try CallArguments.value(text, type: types[name] ?? "s", of: name) }
    return JSON.object(object).bytes
  }

  private static func value(_ text: String, type: String, of name: String) throws(Failure) -> JSON {
    var text = text
    if type == "j" || type == "y", text.hasPrefix("@") {
      let bytes = try InputFile.read(String(text.dropFirst()))
      if type == "y" { return .string(bytes.withUnsafeBytes(Base64.encode)) }
      text = String(decoding: bytes, as: UTF8.self)
    }
    guard type != "s", type != "y" else { return .string(text) }
    let parsed: JSON
    do { parsed = try JSON(parsing: text) } catch {
      // Words are no JSON and go as text; what was meant as a structure is a mistake.
      guard type == "j", let first = text.utf8.first, [0x7B, 0x5B, 0x22].contains(first) else { return .string(text) }
      throw Failure(.invalidArgument, "argument \"\(name)\" is not valid JSON: \(error.message)")
    }
    return parsed
  }
}
