import PluginKit

/// Running workflows, and looking at what they have done.
extension WorkflowService {
  func run(_ call: Call) async throws(Failure) {
    var data = try call.jsonIfPresent("data").map { json throws(Failure) in Fields(try host.parse(json)) } ?? Fields()
    if let task = call.stringIfPresent("task") { data["task"] = try await self.task(task, call.context) }
    if data["project"] == nil, let project = data["task"]?.object?["project"] { data["project"] = project }
    // Found after all waiting: a run begins with the definition that holds then.
    let workflow = try catalogue.find(try call.string("id"))
    guard workflow.isEnabled else {
      throw Failure(
        .failedPrecondition,
        "workflow \(workflow.definition.name) is not enabled, so that nobody answers for what it does; enable it first")
    }
    guard
      let index = workflow.definition.triggers.firstIndex(where: { trigger in
        if case .manual = trigger { true } else { false }
      })
    else {
      throw Failure(
        .failedPrecondition, "workflow \(workflow.definition.name) has no manual trigger; add {\"type\":\"manual\"}")
    }
    let actor = actor(of: call.context)
    let occurrence = Occurrence(topic: "manual", time: .now, source: "workflow", actor: actor, data: data)
    var trigger: Fields = ["type": "manual", "index": .int(Int64(index)), "by": .string(actor)]
    trigger["reason"] = call.stringIfPresent("reason").map(Value.string)
    call.answer(
      json: try await launcher.launch(
        workflow, trigger: trigger, occurrence, Store.Idempotency(call, "workflows.run", by: actor)))
  }

  private func task(_ id: String, _ context: Context?) async throws(Failure) -> Value {
    let arguments: Fields = ["id": .string(id)]
    return Value(try host.parse(try await host.call("tasks.get", arguments.json, context: context)))
  }

  func runs(_ call: Call) throws(Failure) {
    var query = Store.Query(collection: .runs)
    query.limit = try call.int("limit")
    query.cursor = call.stringIfPresent("cursor")
    query.order = ["-startedAt"]
    if let name = call.stringIfPresent("workflow") {
      // A workflow that was deleted still has a history.
      let id = (try? catalogue.find(name).id) ?? name.lowercased()
      query.filters.append(("workflow", "equal", .string(id)))
    }
    if let status = call.stringIfPresent("status") { query.filters.append(("status", "equal", .string(status))) }
    store.answer(call, with: query)
  }

  func getRun(_ call: Call) async throws(Failure) {
    call.answer(json: try await storedRun(try call.string("id")).fields.json)
  }

  func cancelRun(_ call: Call) async throws(Failure) {
    let id = try call.string("id").lowercased()
    if let run = await runner.cancel(id) {
      call.answer(json: run.fields.json)
      return
    }
    let run = try await storedRun(id)
    throw Failure(.failedPrecondition, "run \(id) is not under way: it is \(run.status.rawValue)")
  }

  /// Begins a new run of the present definition with what started an old one.
  func retryRun(_ call: Call) async throws(Failure) {
    let old = try await storedRun(try call.string("id"))
    guard old.status == .failed || old.status == .cancelled else {
      throw Failure(
        .failedPrecondition, "run \(old.id) is \(old.status.rawValue); failed and cancelled runs can be repeated")
    }
    let workflow = try catalogue.find(old.workflow)
    guard workflow.isEnabled else {
      throw Failure(.failedPrecondition, "workflow \(workflow.definition.name) is not enabled; enable it first")
    }
    var trigger = old.trigger
    trigger["by"] = .string(actor(of: call.context))
    trigger["retryOf"] = .string(old.id)
    call.answer(json: try await launcher.launch(workflow, trigger: trigger, old.occurrence))
  }

  private func storedRun(_ id: String) async throws(Failure) -> Run {
    let id = id.lowercased()
    if let run = runner.run(id) { return run }
    guard isIdentifier(id), let run = try await store.get(id, in: .runs).flatMap({ Run($0) }) else {
      throw Failure(.notFound, "there is no run \"\(id)\"; workflows.runs shows those that there are")
    }
    return run
  }

  // MARK: Trying

  /// Shows what a workflow would do, and does nothing.
  func test(_ call: Call) throws(Failure) {
    let definition: Definition
    if let json = call.jsonIfPresent("definition"), case let value = Value(try host.parse(json)), value != .null {
      do throws(DefinitionError) {
        definition = try Definition(value.object?.without("enabled") ?? Fields())
      } catch {
        throw error.failure
      }
    } else if let name = call.stringIfPresent("id") {
      definition = try catalogue.find(name).definition
    } else {
      throw Failure(.invalidArgument, "give the id of a workflow, or a definition")
    }
    let event = try call.jsonIfPresent("event").map { json throws(Failure) in Fields(try host.parse(json)) }
    var occurrence = Occurrence(event ?? Fields())
    if occurrence.topic.isEmpty {
      occurrence = Occurrence(
        topic: "manual", time: .now, source: "workflow", actor: actor(of: call.context), data: occurrence.data)
    }
    let rehearsal = Rehearsal(definition, occurrence, project: projects.project(of: occurrence))
    call.answer(json: rehearsal.fields.json)
  }
}

/// Whether a text is formed like an id.
private func isIdentifier(_ text: String) -> Bool {
  text.utf8.count == 36 && text.utf8.allSatisfy { $0.hexDigit != nil || $0 == UInt8(ascii: "-") }
}

extension Fields {
  fileprivate func without(_ name: String) -> Fields {
    var fields = self
    fields[name] = nil
    return fields
  }
}
