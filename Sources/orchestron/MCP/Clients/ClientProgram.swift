import ArgumentParser
import Glibc
import OrchestronHost

/// A program that can use us.
enum ClientProgram: String, CaseIterable, ExpressibleByArgument {
  case claudeCode = "claude-code"
  case claudeDesktop = "claude-desktop"

  /// For whom a client is configured.
  enum Scope: String, CaseIterable, ExpressibleByArgument {
    /// For one user in one project.
    case local
    /// For everybody in a project; the file is part of it.
    case project
    /// For one user everywhere.
    case user
  }

  var scopes: [Scope] {
    switch self {
    case .claudeCode: Scope.allCases
    case .claudeDesktop: [.user]
    }
  }

  /// Where a client keeps a server.
  struct Place {
    let client: ClientProgram
    let scope: Scope
    let file: String
    /// The keys that lead to it.
    let path: [String]
    /// The folder in which the client starts it.
    let folder: String

    var title: String { "\(client.rawValue), \(scope.rawValue)" }
  }

  /// Where the client keeps the server of that name.
  ///
  /// - Parameter scope: The first one of the client unless given.
  func place(_ scope: Scope?, name: String, in surroundings: Surroundings) throws(Failure) -> Place {
    let scope = scope ?? scopes[0]
    guard scopes.contains(scope) else {
      throw Failure(
        .invalidArgument, "\(rawValue) knows no scope \(scope.rawValue), only \(scopes[0].rawValue); leave --scope out")
    }
    guard let home = surroundings["HOME"] else {
      throw Failure(.failedPrecondition, "HOME is not set; set it to your home folder")
    }
    switch (self, scope) {
    case (.claudeDesktop, _):
      let base = surroundings["XDG_CONFIG_HOME"] ?? "\(home)/.config"
      return Place(
        client: self, scope: .user, file: "\(base)/Claude/claude_desktop_config.json", path: ["mcpServers", name],
        folder: home)
    case (.claudeCode, .project):
      return Place(
        client: self, scope: scope, file: "\(surroundings.folder)/.mcp.json", path: ["mcpServers", name],
        folder: surroundings.folder)
    case (.claudeCode, .user):
      return Place(
        client: self, scope: scope, file: settings(home, surroundings), path: ["mcpServers", name],
        folder: surroundings.folder)
    case (.claudeCode, .local):
      let project = ClientProgram.project(around: surroundings.folder)
      return Place(
        client: self, scope: scope, file: settings(home, surroundings),
        path: ["projects", project, "mcpServers", name],
        folder: project)
    }
  }

  private func settings(_ home: String, _ surroundings: Surroundings) -> String {
    "\(surroundings["CLAUDE_CONFIG_DIR"] ?? home)/.claude.json"
  }

  /// What Claude Code takes for the project of a folder: the work tree of git, else the folder itself.
  private static func project(around folder: String) -> String {
    var candidate = folder
    while true {
      if access("\(candidate)/.git", F_OK) == 0 { return candidate }
      guard let slash = candidate.lastIndex(of: "/"), slash != candidate.startIndex else { return folder }
      candidate = String(candidate[..<slash])
    }
  }
}

/// Which client, and under which name it knows us.
struct ClientOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The client: claude-code or claude-desktop.", valueName: "name"))
  var client: ClientProgram

  @Option(help: "For Claude Code: local (you, in this project), project (its .mcp.json) or user (you, everywhere).")
  var scope: ClientProgram.Scope?

  @Option(help: ArgumentHelp("The server's name in the client.", valueName: "name"))
  var name = "orchestron"

  func place(in surroundings: Surroundings) throws(Failure) -> ClientProgram.Place {
    let isGood = name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || isalnum(CInt(byte)) != 0 && byte < 0x80
    }
    guard isGood, (1...64).contains(name.utf8.count) else {
      throw Failure(.invalidArgument, "--name is \"\(name)\"; write at most 64 letters, digits, - and _")
    }
    return try client.place(scope, name: name, in: surroundings)
  }
}
