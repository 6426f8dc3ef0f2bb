import PluginKit

/// What the service `tokens` declares. The permission `read` opens it to everybody who is somebody: whoever may only read
/// may have tokens that only read.
extension Auth {
  static var tokenMethods: Service<Auth> {
    Service("tokens", version: "1.0.0", doc: "Tokens for programs: for long, or for minutes.") {
      Method.async(
        "create", [.write, .creates], doc: "Makes an API token; its text is in this answer and never seen again.",
        route: "POST /api/tokens", permission: "read",
        parameters: [
          .string(
            "name", "What it is for",
            schema: #"""
              {"minLength":1,"maxLength":100,"pattern":"\\S","x-must":"have something to see"}
              """#),
          .json(
            "scopes", "What it may do at most; what its owner may not, it may not either", schema: AuthText.scopes),
          .string(
            "expiresAt", "When it ends; never when left out", optional: true, schema: #"{"format":"date-time"}"#),
          AuthText.user("For whom; admins may name others"),
        ],
        result: .json(schema: AuthText.newToken), examples: AuthText.createTokenExamples
      ) { try await $0.tokenService.create($1) }
      Method(
        "list", [.read, .idempotent], doc: "The caller's tokens, without their texts, the newest first.",
        route: "GET /api/tokens", permission: "read",
        parameters: [
          AuthText.user("Of whom; admins may name others, and * for everybody"), AuthText.limit, AuthText.cursor,
        ],
        result: .json(schema: AuthText.page(of: AuthText.token)), examples: AuthText.listTokensExamples
      ) { try $0.tokenService.list($1) }
      Method.async(
        "revoke", [.write, .idempotent], doc: "Ends a token of the caller at once; admins may end any.",
        route: "DELETE /api/tokens/{id}", permission: "read",
        parameters: [.string("id", "The id of the token", schema: #"{"maxLength":100}"#)],
        examples: AuthText.absentExamples
      ) { try await $0.tokenService.revoke($1) }
      Method.async(
        "jwt", [.read], doc: "A JSON Web Token for the caller that lives for minutes.", route: "POST /api/tokens/jwt",
        permission: "read",
        parameters: [
          .json(
            "scopes", "What it may do at most; all that the caller may when left out", optional: true,
            schema: #"{"anyOf":[\#(AuthText.scopes),{"type":"null"}]}"#),
          .int(
            "seconds", "How long it lives; what auth.jwt.lifetimeSeconds says at most", optional: true,
            schema: #"{"minimum":1,"maximum":86400}"#),
        ],
        result: .json(schema: AuthText.jwt), examples: AuthText.jwtExamples
      ) { try await $0.tokenService.jwt($1) }
      Method.async(
        "rotateKeys", [.write],
        doc: "Signs with a new key from now on; what the old one has signed stays good until it expires.",
        route: "POST /api/tokens/rotate-keys", permission: "admin", examples: AuthText.rotateExamples
      ) { try await $0.tokenService.rotateKeys($1) }
    }
  }
}
