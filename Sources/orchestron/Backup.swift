import ArgumentParser
import OrchestronHost

struct Backup: Command {
  static let configuration = CommandConfiguration(
    abstract: "Write a copy of everything that is stored.",
    discussion: """
      The copy is consistent, also while a host runs and writes. `orchestron restore` takes it back.

      Examples:
        orchestron backup plan-2026-01-31.db
        orchestron backup --force /mnt/backup/plan.db
      """)

  @Argument(help: "The file to write.")
  var file: String

  @Flag(help: "Replace a file of that name.")
  var force = false

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let target = try asProblem { () throws(Failure) in try OutputFile(file, replaces: force) }
    do throws(Problem) {
      let session = try CallSession(place, for: "storage.backup")
      defer { session.end() }
      var failure: Failure?
      let answer = try session.call("storage.backup", Array("{}".utf8), timeout: 24 * 3_600_000) { chunk in
        guard failure == nil else { return }
        do throws(Failure) {
          guard var text = chunk.string, let bytes = text.withUTF8({ Base64.decode(UnsafeRawBufferPointer($0)) }) else {
            throw Failure(.dataLoss, "a piece of the backup is not base64")
          }
          try target.write(bytes)
        } catch {
          failure = error
        }
      }
      if let failure { throw Problem(failure) }
      try asProblem { () throws(Failure) in try target.finish() }
      if output.json { Output.json(answer) } else { Output.line("\(file): \(answer["bytes"]?.int ?? 0) bytes") }
    } catch {
      target.discard()
      throw error
    }
  }
}
