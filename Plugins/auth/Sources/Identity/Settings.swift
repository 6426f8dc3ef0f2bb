import PluginKit

/// The configuration, which the host has validated against config.schema.json.
struct Settings: Sendable {
  /// Whether whoever comes from this machine is its user without showing anything.
  var isLoopbackOpen = false
  var sessions = Session.Limits()
  var auditEntries = 10_000
  var delays = (perAddress: 10, perUser: 20, longest: Int64(300_000))
  var jwt = JWTSettings()
  var issuers: [Issuer] = []
  var providers: [Provider] = []

  struct JWTSettings: Sendable {
    var algorithm = SigningKey.Algorithm.eddsa
    var issuer = "orchestron"
    var audience = "orchestron"
    /// Milliseconds that a token lives at most, and when nothing is said.
    var lifetime: Int64 = 15 * 60_000
    /// Milliseconds after which another key signs.
    var rotation: Int64 = 30 * 24 * 3_600_000
  }

  /// Somebody whose tokens count here.
  struct Issuer: Sendable {
    /// Part of the actor of those whom nobody has made a user: `user:<subject>@<name>`.
    var name: String
    var url: String
    var audience: String
    var algorithms: Set<String> = ["RS256", "ES256", "EdDSA"]
    /// Where its keys are; found by its OpenID configuration when nil.
    var keys: String?
    /// What those may do whom nobody has made a user; nothing when nil.
    var role: Role?
  }

  /// Somebody who signs people in for us, by OpenID Connect.
  struct Provider: Sendable {
    var issuer: Issuer
    var client: String
    var secret: String?
    var scopes: String
    var title: String
  }

  init() {}

  init(_ config: JSONValue) throws(Failure) {
    isLoopbackOpen = config["loopback"].string == "open"
    if let minutes = config["sessions"]["idleMinutes"].int { sessions.idle = Int64(minutes) * 60_000 }
    if let hours = config["sessions"]["absoluteHours"].int { sessions.absolute = Int64(hours) * 3_600_000 }
    auditEntries = config["auditEntries"].int ?? auditEntries
    let limits = config["limits"]
    delays.perAddress = limits["failuresPerAddress"].int ?? delays.perAddress
    delays.perUser = limits["failuresPerUser"].int ?? delays.perUser
    if let seconds = limits["longestDelaySeconds"].int { delays.longest = Int64(seconds) * 1000 }
    let jwt = config["jwt"]
    self.jwt.algorithm = jwt["algorithm"].string.flatMap(SigningKey.Algorithm.init) ?? .eddsa
    self.jwt.issuer = jwt["issuer"].string ?? self.jwt.issuer
    self.jwt.audience = jwt["audience"].string ?? self.jwt.audience
    if let seconds = jwt["lifetimeSeconds"].int { self.jwt.lifetime = Int64(seconds) * 1000 }
    if let days = jwt["rotationDays"].int { self.jwt.rotation = Int64(days) * 24 * 3_600_000 }
    issuers = config["issuers"].elements.map(Issuer.init)
    providers = config["oidc"].elements.map(Provider.init)
    let urls = [self.jwt.issuer] + issuers.map(\.url)
    guard Set(urls).count == urls.count else {
      throw Failure(.invalidArgument, "auth.issuers names an issuer twice, or this host itself (auth.jwt.issuer)")
    }
    guard Set(providers.map(\.issuer.name)).count == providers.count else {
      throw Failure(.invalidArgument, "auth.oidc has two providers of the same name")
    }
  }
}

extension Settings.Issuer {
  fileprivate init(_ config: JSONValue) {
    name = config["name"].string ?? ""
    url = config["issuer"].string ?? ""
    audience = config["audience"].string ?? ""
    keys = config["jwksUri"].string
    role = config["role"].string.flatMap(Role.init)
    let given = Set(config["algorithms"].elements.compactMap(\.string))
    if !given.isEmpty { algorithms = given }
  }
}

extension Settings.Provider {
  fileprivate init(_ config: JSONValue) {
    issuer = Settings.Issuer(config)
    client = config["clientId"].string ?? ""
    secret = config["clientSecret"].string
    scopes = config["scopes"].string ?? "openid profile email"
    title = config["title"].string ?? issuer.name
    // An id token is meant for the client that asked for it.
    issuer.audience = client
  }
}
