import Testing

@testable import OrchestronHost

@Suite struct ProblemTests {
  @Test(arguments: Status.allCases)
  func comesBackFromItsJSON(status: Status) {
    let problem = Problem(
      Failure(status, "Say \"it\".", details: ["errors": [["path": "/a", "message": "no"]], "current": ["id": 1]]),
      plugin: "core")
    #expect(Problem(problem.json) == problem)
  }

  @Test func hasTheMembersOfRFC9457InTheirOrder() {
    let failure = Failure(.notFound, "no task", details: ["current": 1, "status": 200, "code": "ok"])
    #expect(
      Problem(failure, plugin: "core").json.text
        == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"no task","code":"not_found","plugin":"core","current":1}"#
    )
  }

  @Test func readsWhatIsNoProblemAsAnInternalError() {
    #expect(Problem(.null).failure.status == .internal)
    #expect(Problem(["code": "odd", "detail": "x"]).failure == Failure(.internal, "x"))
  }
}
