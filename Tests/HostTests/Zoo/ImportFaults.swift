import Testing

@testable import OrchestronHost

/// Typed imports that the host refuses before anything runs.
@Suite struct ImportFaults {
  @Test(arguments: [
    (#"{"name":"rice.score","signature":"d(dddd)"}"#, Status.permissionDenied, #""rice".*requires"#),
    (#"{"name":"imports.seen","signature":"i()"}"#, .permissionDenied, "requires"),
    (#"{"name":"echo.nothing","signature":"d(d)"}"#, .notFound, #""echo" has no method "nothing""#),
    (#"{"name":"echo.number","signature":"d(dd)"}"#, .invalidArgument, #""d\(d\)".*"d\(dd\)""#),
    (#"{"name":"echo.number","signature":"rubbish"}"#, .invalidArgument, "rubbish"),
    (
      #"{"name":"echo.slow","signature":"i(i)"}"#, .failedPrecondition,
      #"echo\.slow.*cannot be waited for on the loop"#
    ),
    (
      #"{"name":"echo.sleep","signature":"i(i)"}"#, .failedPrecondition,
      #"echo\.sleep.*cannot be waited for on the loop"#
    ),
    (#"{"name":"echo.chunks","signature":"i(ii)"}"#, .failedPrecondition, #"echo\.chunks is a stream"#),
    (#"{"name":"echo.number","signature":"d(d)","from":7}"#, .invalidArgument, "ORCH_FROM"),
  ])
  func refusesAnImportBeforeAnythingRuns(arguments: String, status: Status, pattern: String) throws {
    let zoo = try Zoo("echo", "imports")
    let outcome = try zoo.host.call("imports.attempt", arguments)
    #expect(outcome.status == status, "\(outcome.message)")
    #expect(outcome.message.contains(try Regex(pattern)), "\(outcome.message)")
    try zoo.expectLog(naming: "imports", pattern)
    try zoo.expectAlive()
  }

  @Test func refusesAnImportThatWouldReenter() throws {
    let zoo = try Zoo("reenters")
    try zoo.expectRun("reenters-lower", fails: .failedPrecondition, "reenters-lower.*reenters-upper")
    try zoo.expectRun("reenters-upper", answers: true)
    try zoo.expectAlive()
  }
}
