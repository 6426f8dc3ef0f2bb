import Glibc
import PluginKit

/// All users in memory: they are few, and every request asks what one of them may do.
@Loop
final class Directory {
  /// The user of the operating system as whom this process runs. He may do everything, without being made.
  let owner: String
  private(set) var users: [String: User] = [:]

  init(owner: String = Directory.login) { self.owner = owner }

  func load(_ documents: [Fields]) {
    for user in documents.map(User.init(fields:)) { users[user.name] = user }
  }

  func learn(_ user: User) { users[user.name] = user }
  func forget(_ user: User) { users[user.name] = nil }

  /// What somebody of that name may do; nil when there is nobody, or nobody any more.
  func rights(of name: String) -> Rights? {
    if let user = users[name] { return user.isDisabled ? nil : user.rights }
    return name == owner ? .all : nil
  }

  /// The role that a name has; the owner's is admin.
  func role(of name: String) -> Role? { users[name]?.role ?? (name == owner ? .admin : nil) }

  /// The user with that id or name.
  func find(_ reference: String) throws(Failure) -> User {
    let name = reference.lowercased()
    guard let user = users[name] ?? users.values.first(where: { $0.id == name }) else {
      throw Failure(.notFound, "there is no user \"\(reference)\"; users.list shows those that there are")
    }
    return user
  }

  /// Who it is that an issuer calls so.
  func find(issuer: String, subject: String) -> User? {
    users.values.first { $0.isKnown(to: issuer, as: subject) }
  }

  /// The login of this process's user; the number where it has none.
  nonisolated static var login: String {
    let user = geteuid()
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return String(user)
    }
    return String(cString: name)
  }
}
