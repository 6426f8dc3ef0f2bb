import PluginKit

/// Signs people in by somebody who knows them: OpenID Connect, authorization code with PKCE.
@Loop
final class OIDC {
  /// So many sign-ins may be under way; the oldest is given up first.
  private static let limit = 1000
  /// Milliseconds that one may take.
  private static let patience: Int64 = 10 * 60_000

  let providers: [Settings.Provider]
  private let host: Host
  private let accounts: Accounts
  private let publicURL: String?
  private let keys: [String: IssuerKeys]
  private var waiting: [String: Attempt] = [:]

  /// A sign-in under way.
  private struct Attempt {
    var provider: String
    /// The digest of the cookie of the browser that began it.
    var browser: Digest
    var verifier: String
    var nonce: String
    var redirect: String
    var next: String
    var began: Int64
  }

  init(host: Host, providers: [Settings.Provider], accounts: Accounts, publicURL: String?) {
    self.host = host
    self.providers = providers
    self.accounts = accounts
    self.publicURL = publicURL
    keys = Dictionary(providers.map { ($0.issuer.name, IssuerKeys(host: host, issuer: $0.issuer)) }) { first, _ in first
    }
  }

  private func provider(_ exchange: WebExchange) throws(Failure) -> (Settings.Provider, IssuerKeys) {
    let name = exchange.parameter("provider") ?? ""
    guard let provider = providers.first(where: { $0.issuer.name == name }), let keys = keys[name] else {
      throw Failure(.notFound, "nobody called \(name) signs people in here")
    }
    return (provider, keys)
  }

  /// Sends the browser to the provider.
  ///
  /// - Parameter cookie: The name of the cookie that binds the sign-in to this browser.
  func begin(_ exchange: WebExchange, cookie: String, next: String) async throws {
    let (provider, keys) = try provider(exchange)
    let configuration = try await keys.discover()
    guard let address = configuration["authorization_endpoint"].string, address.hasPrefix("http") else {
      throw Failure(.unavailable, "\(provider.title) does not say where people sign in")
    }
    let scheme = exchange.isSecure ? "https" : "http"
    let base = publicURL ?? "\(scheme)://\(exchange.header("host") ?? "localhost")"
    let now = Instant.now.milliseconds
    let (state, browser) = (Crypto.secret(), Crypto.secret())
    let attempt = Attempt(
      provider: provider.issuer.name, browser: Digest(browser), verifier: Crypto.secret(), nonce: Crypto.secret(),
      redirect: "\(base)/sign-in/with/\(provider.issuer.name)/back", next: next, began: now)
    remember(attempt, state, now)
    let query = [
      ("response_type", "code"), ("client_id", provider.client), ("redirect_uri", attempt.redirect),
      ("scope", provider.scopes), ("state", state), ("nonce", attempt.nonce),
      ("code_challenge", Base64URL.encode(Crypto.sha256(Array(attempt.verifier.utf8)))),
      ("code_challenge_method", "S256"),
    ]
    let location = address + (address.contains("?") ? "&" : "?") + OIDC.encoded(query)
    // Lax, because the browser comes back from the provider's site.
    let set =
      "Set-Cookie: \(cookie)=\(browser); Path=/sign-in/with; HttpOnly; SameSite=Lax; Max-Age=600"
      + (exchange.isSecure ? "; Secure" : "")
    exchange.respond(303, [set, "Location: \(location)", "Cache-Control: no-store", "Referrer-Policy: no-referrer"])
  }

  /// Takes what the provider says of who came back.
  ///
  /// - Returns: Who that is here, and where to go.
  func finish(
    _ exchange: WebExchange, cookie: String, at now: Instant
  ) async throws -> (user: (name: String, via: String), next: String) {
    let (provider, keys) = try provider(exchange)
    let browser = exchange.header("cookie").flatMap { SessionCookie.value(cookie, in: $0) }
    guard let state = exchange.parameter("state"), let attempt = waiting.removeValue(forKey: state),
      now.milliseconds - attempt.began < OIDC.patience, attempt.provider == provider.issuer.name, let browser,
      Digest(browser) == attempt.browser
    else { throw Refusal("this sign-in was not begun in this browser, or took too long; begin again") }
    // Against answers that another provider was asked for (RFC 9207).
    if let issuer = exchange.parameter("iss"), issuer != provider.issuer.url {
      throw Refusal("the answer is not from \(provider.title)")
    }
    if let error = exchange.parameter("error") {
      throw Refusal("\(provider.title) did not sign you in (\(error.prefix(50)))")
    }
    guard let code = exchange.parameter("code") else { throw Refusal("\(provider.title) gave no code") }
    let token = try await fetchToken(code, attempt, provider, keys)
    let host = host
    let head = try JWTHead(token) { bytes throws(Failure) in Fields(try host.parse(bytes)) }
    let claims = try await keys.verify(token, head, namesKey: false, at: now)
    guard let nonce = claims.nonce, Crypto.equal(nonce.utf8, attempt.nonce.utf8),
      claims.azp == nil || claims.azp == provider.client
    else { throw Refusal("the answer of \(provider.title) is not for this sign-in") }
    let user = try await user(claims, provider)
    accounts.signedIn(user, at: now)
    return ((user.name, provider.issuer.name), attempt.next)
  }

  private func remember(_ attempt: Attempt, _ state: String, _ now: Int64) {
    if waiting.count >= OIDC.limit {
      waiting = waiting.filter { now - $0.value.began < OIDC.patience }
      if waiting.count >= OIDC.limit, let oldest = waiting.min(by: { $0.value.began < $1.value.began }) {
        waiting[oldest.key] = nil
      }
    }
    waiting[state] = attempt
  }

  private func fetchToken(
    _ code: String, _ attempt: Attempt, _ provider: Settings.Provider, _ keys: IssuerKeys
  ) async throws -> String {
    guard let address = try await keys.discover()["token_endpoint"].string else {
      throw Failure(.unavailable, "\(provider.title) does not say where its tokens are")
    }
    var form = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", attempt.redirect),
      ("client_id", provider.client), ("code_verifier", attempt.verifier),
    ]
    var headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    if let secret = provider.secret {
      let pair = Array("\(Path.escaped(provider.client)):\(Path.escaped(secret))".utf8)
      headers.append(("Authorization", "Basic \(pair.withUnsafeBytes { Base64.encode($0) })"))
      form.removeAll { $0.0 == "client_id" }
    }
    var request = WebRequest(
      "POST", address, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(OIDC.encoded(form).utf8))
    request.timeout = 10_000
    request.bodyLimit = 1 << 20
    let reply = try await host.send(request)
    guard reply.code == 200, let token = try host.parse(reply.body)["id_token"].string,
      token.utf8.count <= TokenText.maximalBytes
    else { throw Refusal("\(provider.title) did not confirm who you are (it answered \(reply.code))") }
    return token
  }

  /// The user with that identity; a new one where the configuration allows that.
  private func user(_ claims: Claims, _ provider: Settings.Provider) async throws -> User {
    let subject = claims.sub ?? ""
    if let user = accounts.directory.find(issuer: provider.issuer.url, subject: subject) {
      guard !user.isDisabled else { throw Refusal("the user \(user.name) is disabled") }
      return user
    }
    guard let role = provider.issuer.role else {
      throw Refusal(
        "nobody here is \(subject) of \(provider.title); ask an admin to add this identity to your account")
    }
    var fields: Fields = [
      "identities": [["issuer": .string(provider.issuer.url), "subject": .string(subject)]]
    ]
    fields["email"] = claims.email.map(Value.string)
    return try await accounts.create(
      freeName(claims), role: role, fields, by: "user:\(Path.escaped(subject))@\(provider.issuer.name)")
  }

  /// A name that nobody has: never that of somebody who is here already.
  private func freeName(_ claims: Claims) -> String {
    let wish = claims.preferredUsername ?? claims.email.map { String($0.prefix { $0 != "@" }) } ?? claims.sub ?? ""
    let spelt = String(wish.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(50))
    let base = User.normalized(name: String(spelt.drop { $0 == "-" })) ?? "user"
    var (name, number) = (base, 1)
    while accounts.directory.role(of: name) != nil {
      number += 1
      name = "\(base)-\(number)"
    }
    return name
  }

  private static func encoded(_ fields: [(String, String)]) -> String {
    fields.map { "\(Path.escaped($0.0))=\(Path.escaped($0.1))" }.joined(separator: "&")
  }
}
