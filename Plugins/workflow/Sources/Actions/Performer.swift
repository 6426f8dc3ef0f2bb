import PluginKit

/// What an action has done.
struct Outcome: Sendable {
  /// What later actions see as its output.
  var output: Value = .null
  var failure: Failure?
}

/// Does what actions say.
@Loop
struct Performer {
  private let host: Host
  private let authority: Authority
  private let commands: Commands

  init(host: Host, rules: CommandRules, authority: Authority) {
    self.host = host
    self.authority = authority
    commands = Commands(host: host, rules: rules)
  }

  /// - Parameters:
  ///   - input: The parameters, filled in.
  ///   - milliseconds: How long it may take.
  func perform(_ action: Action, _ input: Fields, for run: Run, within milliseconds: Int64) async -> Outcome {
    do throws(Failure) {
      let principal = try await authority.principal(for: run)
      guard principal.mayExecute || !startsProgram(action, input) else {
        throw Failure(
          .permissionDenied, "running programs needs the right \"exec\", which \(principal.behalf) does not have")
      }
      return try await host.act(as: principal, within: milliseconds) { context throws(Failure) in
        switch action.kind {
        case .createTask: try await createTask(action, input, run, context)
        case .updateTask, .assign: try await updateTask(input, run, context)
        case .call: try await call(input, context)
        case .runCommand: try await runCommand(input, within: milliseconds, context)
        case .notify: try await notify(action, input, run, within: milliseconds, context)
        }
      }
    } catch {
      return Outcome(failure: error)
    }
  }

  private func startsProgram(_ action: Action, _ input: Fields) -> Bool {
    action.kind == .runCommand || (action.kind == .notify && input["command"] != nil)
  }

  // MARK: Tasks and services

  private func createTask(
    _ action: Action, _ input: Fields, _ run: Run, _ context: Context
  ) async throws(Failure) -> Outcome {
    var arguments = input
    // A repeated attempt finds the task of the first.
    arguments["idempotencyKey"] = .string("workflow \(run.id) \(action.name)")
    if arguments["project"] == nil, let project = run.occurrence.data["project"]?.string {
      arguments["project"] = .string(project)
    }
    return Outcome(output: try await answer("tasks.create", arguments, context))
  }

  private func updateTask(_ input: Fields, _ run: Run, _ context: Context) async throws(Failure) -> Outcome {
    var arguments = input
    if arguments["id"] == nil {
      guard let id = run.occurrence.data["task"]?.object?["id"] else {
        throw Failure(.invalidArgument, "no task started this run; say by \"id\" which one is meant")
      }
      arguments["id"] = id
    }
    return Outcome(output: try await answer("tasks.update", arguments, context))
  }

  private func call(_ input: Fields, _ context: Context) async throws(Failure) -> Outcome {
    Outcome(
      output: try await answer(input["method"]?.string ?? "", input["arguments"]?.object ?? Fields(), context))
  }

  private func answer(_ method: String, _ arguments: Fields, _ context: Context) async throws(Failure) -> Value {
    let body = try await host.call(method, arguments.json, context: context)
    guard body.bytes.count <= Performer.outputLimit else {
      return ["cut": true, "bytes": .int(Int64(body.bytes.count))]
    }
    return Value(try host.parse(body))
  }

  /// Bytes of an answer that are kept for later actions and in the history.
  private static let outputLimit = 262_144

  // MARK: Commands

  private func runCommand(
    _ input: Fields, within milliseconds: Int64, _ context: Context
  ) async throws(Failure) -> Outcome {
    var command = Command(arguments: try words(input["argv"], "argv"))
    command.folder = input["folder"]?.string
    command.input = input["input"]?.string ?? ""
    command.environment = (input["environment"]?.object?.members ?? []).map { ($0.name, word($0.value)) }
    return try await outcome(of: command, within: milliseconds, context)
  }

  private func outcome(
    of command: Command, within milliseconds: Int64, _ context: Context
  ) async throws(Failure) -> Outcome {
    let clock = Stopwatch()
    let result = try await commands.run(command, within: milliseconds, context)
    var outcome = Outcome(output: .object(result.fields))
    if result.signal != 0 {
      let isLate = clock.milliseconds >= milliseconds
      outcome.failure =
        isLate
        ? Failure(.deadlineExceeded, "\(command.arguments[0]) took longer than \(milliseconds / 1000) s and was ended")
        : Failure(.aborted, "\(command.arguments[0]) was ended by signal \(result.signal)")
    } else if result.exitStatus != 0 {
      outcome.failure = Failure(
        .failedPrecondition, "\(command.arguments[0]) ended with exit status \(result.exitStatus)")
    }
    return outcome
  }

  private func words(_ value: Value?, _ name: String) throws(Failure) -> [String] {
    guard let words = value?.array, !words.isEmpty else {
      throw Failure(.invalidArgument, "\(name) is a list: the program and its arguments")
    }
    return words.map(word)
  }

  /// A value as one word of a command: numbers as JSON writes them.
  private func word(_ value: Value) -> String {
    if let text = value.string { return text }
    var writer = JSONWriter()
    writer.value(value)
    return writer.text
  }

  // MARK: Notices

  private func notify(
    _ action: Action, _ input: Fields, _ run: Run, within milliseconds: Int64, _ context: Context
  ) async throws(Failure) -> Outcome {
    let notice: Fields = [
      "id": .string(run.workflow), "name": .string(run.name), "run": .string(run.id), "action": .string(action.name),
      "actor": .string(run.actor), "depth": .int(Int64(run.depth)),
      "message": .string(word(input["message"] ?? .null)), "to": input["to"].map { $0.array == nil ? [$0] : $0 } ?? [],
      "data": input["data"] ?? .null,
    ]
    if let url = input["webhook"]?.string {
      return try await post(notice, to: url, input["headers"]?.object ?? Fields(), within: milliseconds)
    }
    if let words = input["command"] {
      var command = Command(arguments: try self.words(words, "command"))
      command.input = String(decoding: notice.json, as: UTF8.self)
      return try await outcome(of: command, within: milliseconds, context)
    }
    let waiter = Waiter<Result<UInt64, Failure>>()
    host.append("workflow:notification", notice.json, context: context) { waiter.finish($0) }
    // An event that is under way cannot be called back.
    let result = await waiter.wait(on: host) {}
    return Outcome(output: ["seq": .int(Int64(clamping: try (result ?? .success(0)).get()))])
  }

  /// Sends a notice by HTTP. The host verifies TLS, follows no redirect and refuses private addresses that the
  /// configuration does not list.
  private func post(
    _ notice: Fields, to url: String, _ headers: Fields, within milliseconds: Int64
  ) async throws(Failure) -> Outcome {
    let headers = headers.members.map { (name: $0.name, value: word($0.value)) }
    guard !headers.contains(where: { ($0.name + $0.value).unicodeScalars.contains { $0.value < 0x20 } }) else {
      throw Failure(.invalidArgument, "a header of a webhook cannot contain a line break")
    }
    var request = WebRequest(
      "POST", url, headers: [(name: "Content-Type", value: "application/json")] + headers, body: notice.json)
    request.timeout = milliseconds
    request.bodyLimit = 1 << 20
    let reply = try await host.send(request)
    return Outcome(
      output: [
        "code": .int(Int64(reply.code)), "body": .string(String(decoding: reply.body.prefix(4096), as: UTF8.self)),
      ],
      failure: (200..<300).contains(reply.code) ? nil : Failure(.unavailable, "the webhook answered \(reply.code)"))
  }
}
