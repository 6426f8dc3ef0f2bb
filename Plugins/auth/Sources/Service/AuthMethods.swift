import PluginKit

/// What the services `auth` and `audit` declare.
extension Auth {
  static var authMethods: Service<Auth> {
    Service("auth", version: "1.0.0", doc: "Who the caller is, and the browsers that have signed in.") {
      Method(
        "whoami", [.read, .idempotent], doc: "The caller and what it may do.", route: "GET /api/auth/whoami",
        permission: "read", result: .json(schema: AuthText.caller), examples: AuthText.whoamiExamples
      ) { $0.service.whoami($1) }
      Method(
        "code", [.write],
        doc: "A code by which a browser of this machine's user enters once, within a minute; for orchestron open.",
        route: "POST /api/auth/code", permission: "admin", result: .json(schema: AuthText.code),
        examples: AuthText.codeExamples
      ) { try $0.service.code($1) }
      Method(
        "localToken", [.read, .idempotent, .internal],
        doc: "This machine's own token, for who has started the host.", result: .json(schema: AuthText.localToken)
      ) { $0.service.localToken($1) }
      Method(
        "sessions", [.read, .idempotent], doc: "The browsers in which the caller is signed in, the newest first.",
        route: "GET /api/auth/sessions", permission: "read",
        parameters: [
          AuthText.user("Of whom; admins may name others, and * for everybody"), AuthText.limit, AuthText.cursor,
        ],
        result: .json(schema: AuthText.page(of: AuthText.session)), examples: AuthText.sessionsExamples
      ) { try $0.service.list($1) }
      Method(
        "revokeSession", [.write, .idempotent], doc: "Ends a session of the caller; admins may end any.",
        route: "DELETE /api/auth/sessions/{id}", permission: "read",
        parameters: [.string("id", "The id of the session", schema: #"{"maxLength":100}"#)],
        examples: AuthText.absentExamples
      ) { try $0.service.revoke($1) }
      Method(
        "signOut", [.write, .idempotent], doc: "Ends all sessions of the caller, in every browser.",
        route: "POST /api/auth/sign-out", permission: "read", examples: AuthText.signOutExamples
      ) { $0.service.signOut($1) }
      Method.async(
        "password", [.write], doc: "Changes the caller's own password, and ends the caller's sessions.",
        route: "POST /api/auth/password", permission: "read",
        parameters: [
          .string("current", "The password until now", schema: #"{"maxLength":1024}"#),
          .string("password", "The new one: 10 characters at least", schema: AuthText.password),
        ],
        examples: AuthText.passwordExamples
      ) { try await $0.accounts.changeOwnPassword($1) }
    }
  }

  static var auditMethods: Service<Auth> {
    Service("audit", version: "1.0.0", doc: "Who came in, who was refused, and what changed of users and tokens.") {
      Method.async(
        "list", [.read, .idempotent], doc: "The entries, the newest first.", route: "GET /api/audit",
        permission: "admin",
        parameters: [
          .string("kind", "Only those of this kind", optional: true, schema: AuthText.auditKind),
          .string("actor", "Only those of this actor, kind:id", optional: true, schema: #"{"maxLength":300}"#),
          AuthText.limit, AuthText.cursor,
        ],
        result: .json(schema: AuthText.page(of: AuditEntry.schema)), examples: AuthText.auditExamples
      ) { try await $0.audit.list($1) }
      Method(
        "record", [.write, .internal],
        doc: "Notes that a plugin through which people come in has refused something; what is alike is counted.",
        parameters: [
          .string("actor", "Who was refused", defaultValue: ""), .string("address", "From where", defaultValue: ""),
          .string("subject", "What was asked for", defaultValue: ""), .string("detail", "Why", defaultValue: ""),
        ]
      ) { try $0.audit.record($1) }
    }
  }

  static var authTopics: [Topic] {
    [
      Topic(
        "auth:changed", doc: "What somebody may do has changed, or who comes as somebody: ask again.",
        schema: #"{"type":"object","properties":{"actor":{"type":"string"}},"required":["actor"]}"#,
        example: #"{"actor":"user:ada"}"#)
    ]
  }
}
