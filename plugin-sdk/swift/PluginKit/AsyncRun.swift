/// A handler that waits: keeps its call, answers with what it throws, and is cancelled with its call.
@Loop
final class AsyncRun {
  private var isFinished = false

  private init() {}

  static func start(_ call: Call, _ host: Host, _ body: @escaping @Loop () async throws -> Void) {
    let run = AsyncRun()
    let retained = call.retain()
    let task = Loop.task {
      do {
        try await body()
      } catch {
        host.answer(retained.call, error)
      }
      run.isFinished = true
    }
    // Most handlers are through by now and need no way to be cancelled.
    if !run.isFinished { call.onCancel { task.cancel() } }
  }
}
