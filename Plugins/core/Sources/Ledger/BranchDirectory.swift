import PluginKit

/// The branches that there are, in memory: every call that names one asks.
@Loop
final class BranchDirectory {
  /// The name of what is no branch: the plan itself.
  static let main = "main"

  private var branches: [String: BranchItem] = [:]

  /// Takes note of a branch, new or changed.
  func learn(_ branch: BranchItem) {
    branches[branch.id] = branch.isDeleted ? nil : branch
  }

  /// The branch of that name or id; nil for the plan itself.
  func branch(named name: String?) throws(Failure) -> BranchItem? {
    guard let name, name != BranchDirectory.main else { return nil }
    if let branch = branches[name.asciiLowercased] ?? branches.values.first(where: { $0.name == name }) {
      return branch
    }
    throw Failure(.notFound, "there is no branch \"\(name)\"; branches.list shows those that there are")
  }

  /// The branch that the call names with its argument `branch`; nil for the plan itself.
  func branch(of call: Call) throws(Failure) -> BranchItem? { try branch(named: call.stringIfPresent("branch")) }
}
