import PluginKit

/// The raw routes by which browsers come in and go out.
@Loop
final class Doors {
  private let host: Host
  private let signIn: SignIn
  private let sessions: Sessions
  private let accounts: Accounts
  private let audit: AuditLog
  private let auth: AuthExtension
  private let oidc: OIDC
  var codes = Codes()

  init(
    host: Host, signIn: SignIn, sessions: Sessions, accounts: Accounts, audit: AuditLog, auth: AuthExtension, oidc: OIDC
  ) {
    self.host = host
    self.signIn = signIn
    self.sessions = sessions
    self.accounts = accounts
    self.audit = audit
    self.auth = auth
    self.oidc = oidc
  }

  func open() throws(Failure) {
    try host.route("GET /sign-in", .open) { [self] in page($0, 200, message: nil) }
    try host.route("POST /sign-in", .open) { [self] in enter($0) }
    try host.route("POST /sign-out", .open) { [self] in leave($0) }
    try host.route("GET /enter", .open) { [self] in enterByCode($0) }
    try host.files("/sign-in/assets/", .open, folder: "web")
    guard !oidc.providers.isEmpty else { return }
    try host.route("GET /sign-in/with/{provider}", .open) { [self] exchange in
      answer(exchange) { [self] exchange in
        try await oidc.begin(exchange, cookie: "\(auth.cookieName)_with", next: Path.local(exchange.parameter("next")))
      }
    }
    try host.route("GET /sign-in/with/{provider}/back", .open) { [self] exchange in
      answer(exchange) { [self] exchange in
        let (user, next) = try await oidc.finish(exchange, cookie: "\(auth.cookieName)_with", at: .now)
        let value = try await signIn.begin(user.name, via: user.via, exchange.visitor, at: .now)
        // The browser comes from another site: it shows a strict cookie only to what this page loads next.
        welcome(exchange, value, next: next, isForeign: true)
      }
    }
  }

  // MARK: In

  private func page(_ exchange: WebExchange, _ code: Int, name: String = "", message: String?, next: String? = nil) {
    let next = Path.local(next ?? exchange.parameter("next"))
    let text = HTML.signIn(
      next: next, name: name, message: message,
      hasUsers: accounts.directory.users.values.contains { $0.password != nil },
      providers: oidc.providers.map { ("/sign-in/with/\($0.issuer.name)?next=\(Path.escaped(next))", $0.title) })
    exchange.respond(code, HTML.headers, text)
  }

  private func enter(_ exchange: WebExchange) {
    let kind = (exchange.header("content-type") ?? "").prefix { $0 != ";" }.lowercased()
    if kind.hasPrefix("application/json") {
      answer(exchange) { [self] exchange in
        let body = try host.parse(exchange.body)
        guard let name = body["name"].string, let password = body["password"].string else {
          throw Failure(.invalidArgument, "signing in takes {\"name\":…,\"password\":…}")
        }
        let (value, user) = try await signIn.signIn(name, password, exchange.visitor, at: .now)
        exchange.respond(
          200, ["Content-Type: application/json", "Cache-Control: no-store", cookie(value, exchange)],
          body: (["user": .string("user:\(user.name)"), "role": .string(user.role.rawValue)] as Fields).json)
      }
    } else if kind == "application/x-www-form-urlencoded" {
      let form = Path.form(exchange.body)
      let (name, next) = (form["name"] ?? "", Path.local(form["next"]))
      answer(
        exchange,
        { [self] exchange in
          let (value, _) = try await signIn.signIn(name, form["password"] ?? "", exchange.visitor, at: .now)
          welcome(exchange, value, next: next)
        },
        failed: { [self] exchange, failure, _ in
          page(
            exchange, failure.status == .resourceExhausted ? 429 : 401, name: name, message: sentence(failure),
            next: next)
        })
    } else {
      exchange.respond(Failure(.invalidArgument, "signing in takes a form or JSON: {\"name\":…,\"password\":…}"))
    }
  }

  private func enterByCode(_ exchange: WebExchange) {
    let now = Instant.now
    guard let code = exchange.parameter("code"), let user = codes.take(code, at: now) else {
      signIn.refuse("wrong code", "?", exchange.visitor)
      exchange.respond(
        401, HTML.headers,
        HTML.notice(
          "This link is over", "Links to enter are good for one use within a minute. Run orchestron open again."))
      return
    }
    answer(exchange) { [self] exchange in
      let value = try await signIn.begin(user, via: "code", exchange.visitor, at: now)
      welcome(exchange, value, next: Path.local(exchange.parameter("next")))
    }
  }

  /// Sets the cookie and goes on.
  private func welcome(_ exchange: WebExchange, _ value: String, next: String, isForeign: Bool = false) {
    let cookie = cookie(value, exchange)
    if isForeign || exchange.header("sec-fetch-site") == "cross-site" {
      let page = HTML.notice("Welcome", "You are signed in.", then: next, link: "Go on")
      exchange.respond(200, HTML.headers + [cookie, "Refresh: 0; url=\(next)"], page)
    } else {
      exchange.respond(303, [cookie, "Location: \(next)", "Cache-Control: no-store", "Referrer-Policy: no-referrer"])
    }
  }

  private func cookie(_ value: String, _ exchange: WebExchange) -> String {
    SessionCookie.set(
      auth.cookieName, value, seconds: sessions.limits.absolute / 1000, isSecure: exchange.isSecure)
  }

  // MARK: Out

  private func leave(_ exchange: WebExchange) {
    if let value = exchange.header("cookie").flatMap({ SessionCookie.value(auth.cookieName, in: $0) }),
      let user = sessions.end(Digest(value))
    {
      audit.note(AuditEntry(kind: .signedOut, actor: "user:\(user)", address: exchange.address))
      accounts.onChange("user:\(user)")
    }
    let clear = SessionCookie.clear(auth.cookieName, isSecure: exchange.isSecure)
    let isPage = exchange.header("accept")?.contains("text/html") == true
    exchange.respond(
      isPage ? 303 : 204, [clear, "Cache-Control: no-store"] + (isPage ? ["Location: /sign-in"] : []))
  }

  // MARK: Answers

  /// Answers when `body` is done; what it throws is a page for browsers, a problem for programs.
  private func answer(
    _ exchange: WebExchange, _ body: @escaping @Loop (WebExchange) async throws -> Void,
    failed: (@Loop (WebExchange, Failure, Int64) -> Void)? = nil
  ) {
    let kept = exchange.retain()
    Loop.task { [self] in
      do {
        try await body(kept.exchange)
      } catch {
        let refusal = error as? Refusal
        let failure = refusal?.failure ?? (error as? Failure) ?? Failure(.internal, "signing in failed")
        if refusal == nil, !(error is Failure) { host.log(.error, "signing in failed: \(error)") }
        if let failed { return failed(kept.exchange, failure, refusal?.retry ?? 0) }
        if kept.exchange.method == "GET" {
          kept.exchange.respond(
            failure.status == .unauthenticated ? 401 : failure.status == .notFound ? 404 : 502, HTML.headers,
            HTML.notice("You are not signed in", sentence(failure), link: "Try again"))
        } else if let refusal, refusal.retry > 0 {
          kept.exchange.respond(
            429, ["Content-Type: application/problem+json", "Retry-After: \((refusal.retry + 999) / 1000)"],
            body: ([
              "type": "about:blank", "title": "Too Many Requests", "status": 429, "code": "resource_exhausted",
              "detail": .string(failure.message),
            ] as Fields).json)
        } else {
          kept.exchange.respond(failure)
        }
      }
    }
  }

  private func sentence(_ failure: Failure) -> String {
    guard let first = failure.message.first else { return "That did not work." }
    return first.uppercased() + failure.message.dropFirst() + "."
  }
}

extension WebExchange {
  /// Who is at the door.
  @Loop var visitor: SignIn.Visitor { .init(address: address, agent: header("user-agent") ?? "") }
}
