import JWTKit
import PluginKit

/// What a JSON Web Token says (RFC 7519, RFC 9068, OpenID Connect Core).
struct Claims: JWTPayload, Equatable {
  var iss: String?
  var sub: String?
  var aud: Audience?
  /// Seconds since 1970, as the next ones.
  var exp: Double?
  var nbf: Double?
  var iat: Double?
  var jti: String?
  /// Rights with spaces between them.
  var scope: String?
  var nonce: String?
  /// The client that asked for it.
  var azp: String?
  var email: String?
  var preferredUsername: String?
  /// Of our own: the API token that it was made with.
  var token: String?

  private enum CodingKeys: String, CodingKey {
    case iss, sub, aud, exp, nbf, iat, jti, scope, nonce, azp, email
    case preferredUsername = "preferred_username"
    case token
  }

  /// One audience or several.
  struct Audience: Codable, Sendable, Equatable {
    var names: [String]

    init(_ names: [String]) { self.names = names }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let name = try? container.decode(String.self) {
        names = [name]
      } else {
        names = try container.decode([String].self)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if names.count == 1 { try container.encode(names[0]) } else { try container.encode(names) }
    }
  }

  /// The signature is all that jwt-kit checks; ``check(issuer:audience:at:)`` does the rest, with a clock of ours.
  func verify(using algorithm: some JWTAlgorithm) {}

  /// By how many seconds clocks may differ.
  static let leeway = 60.0

  /// Refuses what is not from this issuer, for this audience, and of this time.
  func check(issuer: String, audience: String, at now: Instant) throws(Refusal) {
    let now = Double(now.milliseconds) / 1000
    guard iss == issuer else { throw Refusal("the token is from another issuer than \(issuer)") }
    guard let aud, aud.names.contains(audience) else { throw Refusal("the token is not meant for \(audience)") }
    guard let exp, exp.isFinite else { throw Refusal("the token does not say when it expires") }
    guard now < exp + Claims.leeway else { throw Refusal("the token has expired; get another one") }
    if let nbf, !(nbf <= now + Claims.leeway) { throw Refusal("the token is not valid yet; compare the clocks") }
    if let iat, !(iat <= now + Claims.leeway) { throw Refusal("the token is of the future; compare the clocks") }
    guard let sub, !sub.isEmpty, sub.utf8.count <= 255 else { throw Refusal("the token does not say whom it is about") }
  }

  /// When it expires.
  var expires: Instant { Instant(milliseconds: Int64(min(max(exp ?? 0, 0), 1e11) * 1000)) }
}

/// The first part of a JSON Web Token, before anything is believed.
struct JWTHead {
  let algorithm: String
  /// Which key signed it (kid); nil when it does not say.
  let key: String?

  /// Reads the header with the host's parser; refuses one that asks for what nobody here knows.
  init(_ token: String, _ parse: ([UInt8]) throws(Failure) -> Fields) throws(Refusal) {
    let first = token.utf8.prefix { $0 != UInt8(ascii: ".") }
    guard let bytes = Base64URL.decode(first), let head = try? parse(bytes),
      let algorithm = head["alg"]?.string, algorithm.lowercased() != "none"
    else { throw Refusal("this is no signed token") }
    // Extensions that must be understood (RFC 7515, 4.1.11): none is.
    guard head["crit"] == nil else { throw Refusal("the token asks for extensions that are not known here") }
    self.algorithm = algorithm
    key = head["kid"]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }
}
