import ArgumentParser
import Glibc
import OrchestronHost

struct Restore: Command {
  static let configuration = CommandConfiguration(
    abstract: "Take a backup back.",
    discussion: """
      Checks the backup, and lets the next start of a host begin with it. What is stored now stays beside it, in a file \
      that ends in .replaced. No host may be running.

      Examples:
        orchestron restore plan-2026-01-31.db
        orchestron restore plan.db --storage /var/lib/orchestron
      """)

  @Argument(help: "The backup.")
  var file: String

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  /// The bytes of one call.
  private static let pieceSize = 4 << 20

  func perform() throws(Problem) {
    let source = try PieceFile(file)
    let session = try CallSession(place, for: "storage.restore", mustBeAlone: true)
    defer { session.end() }
    var isPending = false
    try source.forEachPiece(of: Restore.pieceSize) { data, offset throws(Problem) in
      let arguments: JSON = ["offset": .int(Int64(offset)), "total": .int(Int64(source.size)), "data": data]
      do throws(Problem) {
        let answer = try session.call("storage.restore", arguments.bytes, timeout: 3_600_000, reachesInternals: true)
        isPending = answer["pending"]?.bool == true
      } catch {
        throw named(error)
      }
    }
    guard isPending else { throw Problem(Failure(.dataLoss, "\(file) is empty, or was not taken as a whole")) }
    if output.json {
      Output.json(["bytes": .int(Int64(source.size)), "pending": true])
    } else {
      Output.line("\(file) is sound: the next start of a host begins with it")
    }
  }

  /// What storage says of "the backup", said of the file: storage does not know its name.
  private func named(_ problem: Problem) -> Problem {
    var problem = problem
    let subject = "the backup "
    guard problem.failure.message.hasPrefix(subject) else { return problem }
    problem.failure = Failure(
      problem.failure.status, "\(file) \(problem.failure.message.dropFirst(subject.count))",
      details: problem.failure.details)
    return problem
  }
}
