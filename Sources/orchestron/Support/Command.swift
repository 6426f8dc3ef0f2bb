import ArgumentParser
import Glibc
import OrchestronHost

/// A command whose failures are problems: told as a sentence, or as JSON, and by the exit code.
protocol Command: ParsableCommand {
  var output: OutputOptions { get }
  func perform() throws(Problem)
}

extension Command {
  func run() throws {
    do throws(Problem) { try perform() } catch {
      if output.json { Output.line(error.json.text) } else { Output.standardError("error: \(error.failure.message)\n") }
      throw ExitCode(error.failure.status.exitCode)
    }
  }
}

/// Runs something that fails with a plain failure.
func asProblem<R>(_ body: () throws(Failure) -> R) throws(Problem) -> R {
  do { return try body() } catch { throw Problem(error) }
}

struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print JSON, errors included (as problem objects).")
  var json = false
}
