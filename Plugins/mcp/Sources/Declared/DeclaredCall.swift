import CPluginSDK
import PluginKit

/// One request on its way to what a plugin has declared, as the host sees it: counted by the host's retains.
@Loop
final class DeclaredCall {
  /// What the host holds: the object stands behind the table.
  private struct Handle {
    var v: UnsafePointer<orch_mcp_request_verbs>
    var object: UnsafeMutableRawPointer?
  }

  let context: Context
  let name: HeldText
  let arguments: HeldText
  let capabilities: HeldText
  let state: HeldText
  let replies: HeldText
  let request: Request
  private let host: Host
  private let outcome: Outcome<Step, Failure>
  private let released: Outcome<Bool, Failure>
  private let handle: UnsafeMutablePointer<Handle>
  private var tasks: [orch_task] = []
  private var isCancelled = false

  /// - Parameters:
  ///   - outcome: Gets the answer.
  ///   - released: Is told when the host needs the call no longer.
  init(
    _ request: Request, _ context: Context, _ host: Host, name: String, arguments: String, round: Round,
    outcome: Outcome<Step, Failure>, released: Outcome<Bool, Failure>
  ) {
    self.request = request
    self.context = context
    self.host = host
    self.name = HeldText(name)
    self.arguments = HeldText(arguments)
    capabilities = HeldText(request.client.capabilities)
    state = HeldText(round.state)
    replies = HeldText(round.replies.flatMap { $0.isPresent ? $0.text : nil } ?? "")
    self.outcome = outcome
    self.released = released
    handle = .allocate(capacity: 1)
    handle.initialize(to: Handle(v: UnsafePointer(DeclaredVerbs.table), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
    request.whenCancelled { [weak self] in self?.cancel() }
  }

  isolated deinit {
    end()
    outcome.finish(.failure(Failure(.internal, "what was called ended without an answer")))
    released.finish(.success(true))
    handle.deallocate()
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_mcp_request> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_mcp_request.self)
  }

  nonisolated static func from(_ pointer: UnsafeMutablePointer<orch_mcp_request>?) -> DeclaredCall? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Handle.self)
    return handle.pointee.object.map { Unmanaged<DeclaredCall>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: The answer

  func answer(_ result: [UInt8]) { finish(.success(.result(result))) }

  func fail(_ failure: Failure) { finish(.failure(failure)) }

  func ask(_ questions: [UInt8], state: String) {
    do throws(Failure) {
      let questions = try host.parse(questions.isEmpty ? Array("{}".utf8) : questions)
      finish(.success(.ask(questions: questions, state: state)))
    } catch {
      finish(.failure(error))
    }
  }

  private func finish(_ result: Result<Step, Failure>) {
    outcome.finish(result)
    end()
  }

  /// Lets go of the tasks: nothing can be cancelled any more.
  private func end() {
    let ended = tasks
    tasks = []
    for task in ended { task.release?(task.ud) }
  }

  // MARK: Cancellation

  func whenCancelled(_ task: orch_task) {
    if isCancelled {
      task.fn?(task.ud)
      task.release?(task.ud)
    } else {
      tasks.append(task)
    }
  }

  private func cancel() {
    isCancelled = true
    let waiting = tasks
    tasks = []
    outcome.finish(.failure(Failure(.cancelled, "nobody waits any more")))
    for task in waiting {
      task.fn?(task.ud)
      task.release?(task.ud)
    }
  }
}

/// A text at an address that stays: lent for as long as this object.
final class HeldText {
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  init(_ text: String) {
    let utf8 = Array(text.utf8)
    bytes = .allocate(capacity: utf8.count)
    _ = bytes.initialize(from: utf8)
  }

  deinit { bytes.deallocate() }

  var text: orch_str {
    orch_str(p: UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), n: bytes.count)
  }
}
