import CHost

@testable import OrchestronHost

/// A request as the plugin that serves MCP would have it, which notes what it is told.
final class MCPRequest {
  enum Outcome: Equatable {
    case answer(JSON)
    case ask(JSON, state: String)
    case failure(Status, String, details: JSON?)
  }

  struct Report: Equatable {
    var progress: Double
    var total: Double
    var message: String
  }

  var outcomes: [Outcome] = []
  var lines: [JSON] = []
  var reports: [Report] = []
  /// How many references the host holds.
  var references = 0
  var whenCancelled: orch_task?
  var answersWith = Status.ok

  private struct Raw {
    var v: UnsafePointer<orch_mcp_request_verbs>
    var me: UnsafeMutableRawPointer
  }

  private let raw = UnsafeMutablePointer<Raw>.allocate(capacity: 1)
  private let context: UnsafeMutablePointer<orch_ctx>
  private let texts: [Text]

  /// - Parameters:
  ///   - context: As long as this object.
  ///   - name: A URI, or the name of an argument.
  init(
    _ context: UnsafeMutablePointer<orch_ctx>, name: String = "", _ arguments: String = "", capabilities: String = "",
    state: String = "", replies: String = ""
  ) {
    self.context = context
    texts = [name, arguments, capabilities, state, replies].map { Text($0) }
    raw.initialize(to: Raw(v: MCPRequest.table, me: Unmanaged.passUnretained(self).toOpaque()))
  }

  deinit { raw.deallocate() }

  var pointer: UnsafeMutablePointer<orch_mcp_request> {
    UnsafeMutableRawPointer(raw).assumingMemoryBound(to: orch_mcp_request.self)
  }

  /// The result, when the one outcome is an answer.
  var result: JSON? {
    guard outcomes.count == 1, case .answer(let json) = outcomes[0] else { return nil }
    return json
  }

  /// The client goes away.
  func cancel() {
    guard let task = whenCancelled else { return }
    whenCancelled = nil
    task.fn(task.ud)
    task.release?(task.ud)
  }

  private static func from(_ pointer: UnsafeMutablePointer<orch_mcp_request>?) -> MCPRequest? {
    guard let pointer else { return nil }
    let raw = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Raw.self)
    return Unmanaged<MCPRequest>.fromOpaque(raw.pointee.me).takeUnretainedValue()
  }

  private func take(_ outcome: Outcome) -> orch_status {
    outcomes.append(outcome)
    // What was given ends with the request.
    if let task = whenCancelled { task.release?(task.ud) }
    whenCancelled = nil
    return answersWith.rawValue
  }

  private static func json(_ bytes: UnsafeRawBufferPointer) -> JSON { (try? JSON(parsing: bytes)) ?? .null }

  nonisolated(unsafe) private static let table: UnsafeMutablePointer<orch_mcp_request_verbs> = {
    let table = UnsafeMutablePointer<orch_mcp_request_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_mcp_request_verbs(
        size: UInt32(MemoryLayout<orch_mcp_request_verbs>.size), reserved: 0,
        ctx: { from($0)?.context },
        name: { from($0)?.texts[0].str ?? .empty },
        args: { from($0)?.texts[1].str ?? .empty },
        capabilities: { from($0)?.texts[2].str ?? .empty },
        state: { from($0)?.texts[3].str ?? .empty },
        replies: { from($0)?.texts[4].str ?? .empty },
        retain: { from($0)?.references += 1 },
        release: { from($0)?.references -= 1 },
        answer: { request, result in
          var result = result
          defer { result.drop() }
          return from(request)?.take(.answer(json(result.bytes))) ?? 0
        },
        ask: { request, questions, state in
          var questions = questions
          defer { questions.drop() }
          return from(request)?.take(.ask(json(questions.bytes), state: state.string)) ?? 0
        },
        fail: { request, status, message, details in
          let details = details.n > 0 ? json(details.bytes) : nil
          return from(request)?.take(.failure(Status(code: status), message.string, details: details)) ?? 0
        },
        log: { request, level, logger, data in
          from(request)?.lines.append([
            "level": .int(Int64(level)), "logger": .string(logger.string), "data": json(data.bytes),
          ])
          return 0
        },
        progress: { request, progress, total, message in
          from(request)?.reports.append(Report(progress: progress, total: total, message: message.string))
          return 0
        },
        on_cancel: { request, task in from(request)?.whenCancelled = task }))
    return table
  }()
}
