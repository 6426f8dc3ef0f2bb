import PluginKit

/// The service `workflows`.
@Loop
final class WorkflowService {
  let host: Host
  let store: Store
  let catalogue: Catalogue
  let projects: ProjectCache
  let launcher: Launcher
  let runner: Runner
  private let scheduler: Scheduler
  private let identities: Identities

  init(
    host: Host, store: Store, catalogue: Catalogue, projects: ProjectCache, launcher: Launcher, runner: Runner,
    scheduler: Scheduler, identities: Identities
  ) {
    self.host = host
    self.store = store
    self.catalogue = catalogue
    self.projects = projects
    self.launcher = launcher
    self.runner = runner
    self.scheduler = scheduler
    self.identities = identities
  }

  // MARK: Reading

  func get(_ call: Call) throws(Failure) {
    call.answer(json: try catalogue.find(try call.string("id")).fields.json)
  }

  func list(_ call: Call) throws(Failure) {
    let limit = try call.int("limit")
    let enabled = call.boolIfPresent("enabled")
    var matching = catalogue.all.filter { enabled == nil || $0.isEnabled == enabled }[...]
    if let cursor = call.stringIfPresent("cursor") {
      guard cursor.utf8.count == 36, cursor.utf8.allSatisfy({ $0.hexDigit != nil || $0 == UInt8(ascii: "-") }) else {
        throw Failure(.invalidArgument, "the cursor is none; give the next of the page before")
      }
      matching = matching.drop { $0.id <= cursor }
    }
    let page = matching.prefix(limit)
    let next = page.count < matching.count ? page.last?.id : nil
    let answer: Fields = [
      "items": .array(page.map { .object($0.fields) }), "next": next.map(Value.string) ?? .null,
    ]
    call.answer(json: answer.json)
  }

  // MARK: Changing

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    let enables = given["enabled"]?.bool ?? false
    for name in ["enabled", "reason", "idempotencyKey"] { given[name] = nil }
    let origin = Origin(
      reason: call.stringIfPresent("reason"), idempotency: Store.Idempotency(call, "workflows.create"))
    call.answer(json: try await create(given, enables: enables, origin, call.context))
  }

  func update(_ call: Call) async throws(Failure) {
    let old = try catalogue.find(try call.string("id"))
    try check(call.intIfPresent("revision"), of: old)
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "revision"] { patch[name] = nil }
    let enables = patch["enabled"]?.bool
    patch["enabled"] = nil
    let definition = MergePatch.apply(patch, to: old.definition.fields)
    call.answer(json: try await change(old, to: definition, enables: enables, call.context))
  }

  func setEnabled(_ call: Call, _ isEnabled: Bool) async throws(Failure) {
    let old = try catalogue.find(try call.string("id"))
    call.answer(json: try await change(old, to: old.definition.fields, enables: isEnabled, call.context))
  }

  /// Makes the workflow that a text describes, or changes the one of its name to be just that.
  func apply(_ call: Call) async throws(Failure) {
    var given = try read(try call.string("definition"))
    let enables = given["enabled"]?.bool
    given["enabled"] = nil
    let name = given["name"]?.string ?? ""
    guard let old = catalogue.all.first(where: { $0.definition.name == name }) else {
      return _ = call.answer(json: try await create(given, enables: enables ?? false, Origin(), call.context))
    }
    call.answer(json: try await change(old, to: given, enables: enables, call.context))
  }

  func delete(_ call: Call) async throws(Failure) {
    let old = try catalogue.find(try call.string("id"))
    try check(call.intIfPresent("revision"), of: old)
    try refuseWorkflows(call.context, "delete")
    var batch = Store.Batch()
    batch.delete(old.id, in: .definitions, expected: old.revision)
    batch.delete(old.id, in: .progress)
    batch.tell("workflow:deleted", old.eventData(since: old, actor: actor(of: call.context)))
    do {
      try await store.write(batch, call.context)
    } catch {
      guard error.status == .aborted else { throw error }
      throw stale(catalogue[old.id] ?? old)
    }
    catalogue.remove(old.id)
    scheduler.refresh()
    await runner.cancelAll(of: old.id)
    call.answer()
  }

  /// Why a workflow is made, and what makes a repetition of the call harmless.
  private struct Origin {
    var reason: String?
    var idempotency: Store.Idempotency?
  }

  /// - Returns: The workflow as JSON; as it was then when the call repeats an earlier one.
  private func create(
    _ given: Fields, enables: Bool, _ origin: Origin, _ context: Context?
  ) async throws(Failure) -> [UInt8] {
    try refuseWorkflows(context, "make")
    guard catalogue.workflows.count < Catalogue.limit else {
      throw Failure(.resourceExhausted, "there are \(Catalogue.limit) workflows, and may not be more; delete one")
    }
    let now = Instant.now
    var workflow = Workflow(id: identities.next(at: now), definition: try read(given), createdAt: now, updatedAt: now)
    if enables { try enable(&workflow, context, now) }
    return try await commit(workflow, after: nil, origin, context)
  }

  /// - Parameter enables: nil leaves it as it is.
  private func change(
    _ old: Workflow, to definition: Fields, enables: Bool?, _ context: Context?
  ) async throws(Failure) -> [UInt8] {
    try refuseWorkflows(context, "change")
    var new = old
    new.definition = try read(definition)
    new.isEnabled = enables ?? old.isEnabled
    // Who enables again what somebody else had enabled takes it over.
    let isTakenOver = enables == true && old.enabledBy != actor(of: context)
    guard isTakenOver || !new.changes(since: old).members.isEmpty else { return old.fields.json }
    let now = Instant.now
    // Who changes what runs answers for it from now on.
    if new.isEnabled { try enable(&new, context, now) }
    new.conditionError = nil
    new.revision += 1
    new.updatedAt = now
    return try await commit(new, after: old, Origin(), context)
  }

  private func enable(_ workflow: inout Workflow, _ context: Context?, _ now: Instant) throws(Failure) {
    guard !actor(of: context).hasPrefix("agent:") else {
      throw Failure(
        .permissionDenied,
        "what a workflow does is done with the rights of who enables it: an agent may not, a person has to")
    }
    workflow.isEnabled = true
    workflow.enabledBy = actor(of: context)
    workflow.enabledAt = now
  }

  private func commit(
    _ new: Workflow, after old: Workflow?, _ origin: Origin, _ context: Context?
  ) async throws(Failure) -> [UInt8] {
    var batch = Store.Batch()
    batch.put(
      new, after: old, topic: old == nil ? "workflow:created" : "workflow:updated", actor: actor(of: context),
      reason: origin.reason)
    batch.idempotency = origin.idempotency
    batch.idempotency?.reply = new.fields.json
    do {
      if let earlier = try await store.write(batch, context) { return earlier }
    } catch {
      switch error.status {
      case .alreadyExists:
        throw Failure(
          .alreadyExists, "there is already a workflow \(new.definition.name); choose another name",
          details: details(path: "/name", message: "is taken"))
      case .aborted: throw stale(catalogue[new.id] ?? new)
      default: throw error
      }
    }
    var new = new
    // Runs may have begun meanwhile.
    if let current = catalogue[new.id] {
      let isSame = new.definition.fields == current.definition.fields
      new.progress = current.progress
      // Which schedule was due when, nobody knows of other triggers.
      if !isSame { new.progress.schedules = [:] }
    }
    catalogue.put(new)
    scheduler.refresh()
    return new.fields.json
  }

  private func check(_ revision: Int?, of workflow: Workflow) throws(Failure) {
    if let revision, Int64(revision) != workflow.revision { throw stale(workflow) }
  }

  private func stale(_ current: Workflow) -> Failure {
    let details: Fields = ["current": .object(current.fields)]
    return Failure(
      .aborted,
      "workflow \(current.definition.name) has changed: it has revision \(current.revision); read it again and repeat the "
        + "change", details: String(decoding: details.json, as: UTF8.self))
  }

  /// A workflow has the rights of a person, and must not pass them on to another one.
  private func refuseWorkflows(_ context: Context?, _ verb: String) throws(Failure) {
    guard Run.workflow(of: actor(of: context)) != nil else { return }
    throw Failure(.permissionDenied, "a workflow may not \(verb) workflows; a person has to")
  }

  func actor(of context: Context?) -> String { context?.actor ?? "plugin:\(WorkflowEngine.id)" }

  // MARK: Definitions

  private func read(_ fields: Fields) throws(Failure) -> Definition {
    do throws(DefinitionError) {
      return try Definition(fields)
    } catch {
      throw error.failure
    }
  }

  /// A definition that somebody wrote as a text: JSON when it begins with a brace, else YAML.
  private func read(_ text: String) throws(Failure) -> Fields {
    let value: Value
    if text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      value = Value(try host.parse(text))
    } else {
      do throws(YAMLError) {
        value = try YAMLReader.value(of: text)
      } catch {
        throw Failure(
          .invalidArgument, error.description, details: details(path: "/definition", message: error.description))
      }
    }
    guard let fields = value.object else {
      throw Failure(.invalidArgument, "the definition is no object with members such as name, triggers and stages")
    }
    return fields
  }

  /// Makes the workflows that come with the plugin, once: who deletes one does not get it again. Nobody has taken
  /// responsibility for them, so that they are not enabled.
  func installBuiltIns() async throws(Failure) {
    guard try await store.get("built-ins", in: .progress) == nil else { return }
    var batch = Store.Batch()
    var made: [Workflow] = []
    let now = Instant.now
    for fields in BuiltIns.all where !catalogue.all.contains(where: { $0.definition.name == fields["name"]?.string }) {
      let workflow = Workflow(
        id: identities.next(at: now), definition: try read(fields), createdAt: now, updatedAt: now)
      batch.put(workflow, after: nil, topic: "workflow:created", actor: actor(of: nil))
      made.append(workflow)
    }
    batch.put(["installedAt": .string(now.text)], "built-ins", in: .progress)
    try await store.write(batch)
    for workflow in made { catalogue.put(workflow) }
  }

  /// The details of a refusal that is about one argument.
  private func details(path: String, message: String) -> String {
    let details: Fields = ["errors": [["path": .string(path), "message": .string(message)]]]
    return String(decoding: details.json, as: UTF8.self)
  }
}
