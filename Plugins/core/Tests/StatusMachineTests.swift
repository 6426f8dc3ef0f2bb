import Testing

@testable import CorePlugin

@Suite struct StatusPathTests {
  @Test(arguments: TaskStatus.allCases, TaskType.allCases)
  func walksAllowedEdgesToDone(start: TaskStatus, type: TaskType) {
    var status = start
    for next in StatusMachine.path(from: start, to: .done, type: type) {
      #expect(StatusMachine.allows(next, after: status, type: type))
      status = next
    }
    #expect(status == .done)
  }

  @Test func takesTheShortestWay() {
    #expect(StatusMachine.path(from: .done, to: .done, type: .task) == [])
    #expect(StatusMachine.path(from: .todo, to: .done, type: .todo) == [.done])
    #expect(StatusMachine.path(from: .todo, to: .done, type: .task) == [.inProgress, .done])
    #expect(StatusMachine.path(from: .backlog, to: .done, type: .task) == [.inProgress, .done])
    #expect(StatusMachine.path(from: .cancelled, to: .done, type: .task) == [.todo, .inProgress, .done])
  }
}
