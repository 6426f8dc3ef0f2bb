public import CPluginSDK
import PluginKit

/// Who somebody is, and what he may do: the local token, API tokens, users with passwords and sessions, JSON Web Tokens.
final class Auth: Plugin {
  static let id = "auth"
  static let version = "1.0.0"

  static var services: [Service<Auth>] { [authMethods, userMethods, tokenMethods, auditMethods] }
  static var topics: [Topic] { authTopics }

  let service: AuthService
  let tokenService: TokenService
  let accounts: Accounts
  let directory: Directory
  let audit: AuditLog
  private let host: Host
  private let store: Store
  private let tokens: Tokens
  private let sessions: Sessions
  private let signer: TokenSigner
  private let doors: Doors
  private let provided: AuthExtension

  init(host: Host, config: JSONValue) throws {
    try Crypto.start()
    let settings = try Settings(config)
    let folder = host.info.storageDirectory
    self.host = host
    store = Store(host: host)
    directory = Directory()
    let identities = Identities()
    audit = AuditLog(store: store, identities: identities, limit: settings.auditEntries)
    tokens = Tokens(store: store)
    sessions = Sessions(store: store, identities: identities, limits: settings.sessions)
    signer = TokenSigner(host: host, settings: settings.jwt, folder: folder)
    accounts = Accounts(
      store: store, directory: directory, passwords: PasswordCheck(host: host), tokens: tokens, sessions: sessions,
      audit: audit, identities: identities)
    let bearers = Bearers(
      host: host, settings: settings, directory: directory, tokens: tokens, signer: signer,
      issuers: settings.issuers.map { IssuerKeys(host: host, issuer: $0) })
    let local = try LocalToken(folder: folder)
    let gate = Gate(
      settings: settings, local: local, directory: directory, tokens: tokens,
      sessions: sessions, audit: audit, bearers: bearers)
    provided = AuthExtension(gate: gate)
    doors = Doors(
      host: host, signIn: SignIn(accounts: accounts, sessions: sessions, audit: audit, settings: settings),
      sessions: sessions, accounts: accounts, audit: audit, auth: provided,
      oidc: OIDC(
        host: host, providers: settings.providers, accounts: accounts, publicURL: config["publicUrl"].string))
    service = AuthService(directory: directory, sessions: sessions, doors: doors, audit: audit, local: local)
    tokenService = TokenService(
      host: host, settings: settings.jwt, tokens: tokens, directory: directory, signer: signer, audit: audit,
      identities: identities)
    let changed: @Loop (String) -> Void = { actor in
      gate.forget()
      host.publish("auth:changed", (["actor": .string(actor)] as Fields).json)
    }
    accounts.onChange = changed
    service.onChange = changed
    tokenService.onChange = changed
  }

  func start() async throws {
    try await store.declare()
    async let users = store.all(.users)
    async let tokens = store.all(.tokens)
    async let sessions = store.all(.sessions)
    async let entries: Void = audit.start()
    directory.load(try await users)
    self.tokens.load(try await tokens)
    self.sessions.load(try await sessions, at: .now)
    try await entries
    try doors.open()
    // For those who check our tokens themselves.
    try host.route("GET /.well-known/jwks.json", .open) { [host, signer] exchange in
      let kept = exchange.retain()
      Loop.task {
        do {
          let keys = try await signer.published(at: .now)
          kept.exchange.respond(
            200, ["Content-Type: application/jwk-set+json", "Cache-Control: public, max-age=300"], body: keys)
        } catch {
          host.log(.error, "the signing keys cannot be read: \(error)")
          kept.exchange.respond(Failure(.internal, "the signing keys cannot be read; the log says why"))
        }
      }
    }
  }

  func stop() async throws { try await audit.stop() }

  func extensionTable(_ id: String) -> UnsafeRawPointer? {
    id == ORCH_EXT_AUTH ? UnsafeRawPointer(provided.table) : nil
  }
}

@c(orch_plugin_auth) @Loop
public func authEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Auth.entry(host)
}
