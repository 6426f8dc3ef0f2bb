import PluginKit

/// What the service `users` declares.
extension Auth {
  static var userMethods: Service<Auth> {
    Service("users", version: "1.0.0", doc: "Who may sign in, and in which role.") {
      Method.async(
        "create", [.write, .creates], doc: "Makes a user.", route: "POST /api/users", permission: "admin",
        parameters: [
          .string(
            "name", "By which the user signs in: a to z, digits, . _ and -; the same in capitals is the same",
            schema: #"{"minLength":1,"maxLength":64}"#),
          .string("role", "What the user may do", defaultValue: "member", schema: Role.schema),
          .string("email", "Where the user can be reached", optional: true, schema: #"{"maxLength":254}"#),
          .string(
            "password", "10 characters at least; without one the user signs in elsewhere, or has tokens",
            optional: true, schema: AuthText.password),
        ],
        result: .json(schema: AuthText.userSchema), examples: AuthText.createUserExamples
      ) { try await $0.accounts.create($1) }
      Method(
        "get", [.read, .idempotent], doc: "A user by the id or the name.", route: "GET /api/users/{id}",
        permission: "admin", parameters: [AuthText.userID], result: .json(schema: AuthText.userSchema),
        examples: AuthText.getUserExamples
      ) { auth, call in
        call.answer(json: try auth.directory.find(try call.string("id")).shown.json)
      }
      Method(
        "list", [.read, .idempotent], doc: "All users, the newest first.", route: "GET /api/users",
        permission: "admin",
        parameters: [
          .string("role", "Only those in this role", optional: true, schema: Role.schema), AuthText.limit,
          AuthText.cursor,
        ],
        result: .json(schema: AuthText.page(of: AuthText.userSchema)), examples: AuthText.listUsersExamples
      ) { auth, call in
        let role = call.stringIfPresent("role").flatMap(Role.init)
        let users = auth.directory.users.values.filter { role == nil || $0.role == role }
        try Page.answer(call, users.sorted { $0.id > $1.id }.map(\.shown))
      }
      Method.async(
        "update", [.write, .idempotent],
        doc: "Changes what is given. A user who is disabled is signed out at once, and the tokens are worth nothing.",
        route: "PATCH /api/users/{id}", permission: "admin",
        parameters: [
          AuthText.userID, .string("role", "What the user may do", optional: true, schema: Role.schema),
          .bool("disabled", "Whether the user is kept out", optional: true),
          .string("email", "Where the user can be reached", optional: true, schema: #"{"maxLength":254}"#),
          .json(
            "identities", "As whom the user comes from those who sign people in: [{issuer,subject}]", optional: true,
            schema: AuthText.identities), AuthText.revision,
        ],
        result: .json(schema: AuthText.userSchema), examples: AuthText.updateUserExamples
      ) { try await $0.accounts.update($1) }
      Method.async(
        "setPassword", [.write, .idempotent],
        doc: "Gives a user another password, or takes it away, and ends the user's sessions.",
        route: "PUT /api/users/{id}/password", permission: "admin",
        parameters: [
          AuthText.userID,
          .string("password", "10 characters at least; none when left out", optional: true, schema: AuthText.password),
        ],
        examples: AuthText.setPasswordExamples
      ) { try await $0.accounts.setPassword($1) }
      Method.async(
        "delete", [.write, .destructive, .idempotent],
        doc: "Removes a user with sessions and tokens. What the user has done keeps the name.",
        route: "DELETE /api/users/{id}", permission: "admin", parameters: [AuthText.userID, AuthText.revision],
        examples: AuthText.deleteUserExamples
      ) { try await $0.accounts.delete($1) }
    }
  }
}
