import CSodium
import PluginKit

/// Protects what a client carries from one round of a request to the next: it can read it, and neither change it nor use it
/// for something else, for somebody else, or later.
///
/// The key lives as long as the process: nothing needs to be stored, and a restart makes clients begin anew.
struct StateSeal {
  /// How long the person may take to answer, in milliseconds.
  static let time: Int64 = 15 * 60_000

  private let key: [UInt8]

  init() { key = Self.random(Int(crypto_auth_KEYBYTES)) }

  /// Random bytes that nobody guesses.
  static func random(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }

  /// An id that nobody guesses, of letters, digits, `-` and `_`.
  static func id() -> String { Base64URL.encode(random(24)) }

  /// - Parameters:
  ///   - state: What is carried.
  ///   - purpose: Who asked for what: the state opens for the same alone.
  func seal(_ state: String, for purpose: [UInt8], now: Instant = .now) -> String {
    let expires = withUnsafeBytes(of: (now.milliseconds + Self.time).bigEndian, Array.init)
    let content = expires + Array(state.utf8)
    return Base64URL.encode(mac(content, purpose) + content)
  }

  /// The state; nil when it is not ours, was changed, was made for something else, or is too old.
  func open(_ text: String, for purpose: [UInt8], now: Instant = .now) -> String? {
    let size = Int(crypto_auth_BYTES)
    guard text.utf8.count <= 200_000, let bytes = Base64URL.decode(text.utf8), bytes.count >= size + 8 else {
      return nil
    }
    let content = Array(bytes[size...])
    guard sodium_memcmp(Array(bytes[..<size]), mac(content, purpose), size) == 0 else { return nil }
    let expires = content[..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    guard now.milliseconds < expires else { return nil }
    return String(decoding: content[8...], as: UTF8.self)
  }

  private func mac(_ content: [UInt8], _ purpose: [UInt8]) -> [UInt8] {
    var mac = [UInt8](repeating: 0, count: Int(crypto_auth_BYTES))
    // The length parts both: no other pair has the same bytes.
    let text = withUnsafeBytes(of: UInt64(purpose.count).bigEndian, Array.init) + purpose + content
    crypto_auth(&mac, text, UInt64(text.count), key)
    return mac
  }
}

extension Request {
  /// What a state is bound to: who asks, what, and with which arguments.
  var purpose: [UInt8] {
    var json = JSONWriter()
    json.beginArray()
    json.string(caller.key)
    json.string(method)
    json.string(params["name"].string ?? params["uri"].string ?? "")
    Self.write(sorted: params["arguments"], to: &json)
    json.endArray()
    return Array(json.bytes)
  }

  /// The order of members means nothing: clients may write the same arguments in another one.
  private static func write(sorted value: JSONValue, to json: inout JSONWriter) {
    switch value.kind {
    case .object:
      json.beginObject()
      for (name, member) in value.members.sorted(by: { $0.key < $1.key }) {
        json.key(name)
        write(sorted: member, to: &json)
      }
      json.endObject()
    case .array:
      json.beginArray()
      for element in value.elements { write(sorted: element, to: &json) }
      json.endArray()
    case .absent: json.null()
    default: json.raw(value.text)
    }
  }
}
