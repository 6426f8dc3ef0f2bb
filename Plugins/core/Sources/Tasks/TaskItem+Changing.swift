import PluginKit

extension TaskItem {
  /// Changes the task as a merge patch says.
  ///
  /// A status must be one that may follow. A progress without a status moves the task along where that is allowed.
  ///
  /// - Parameter patch: The fields to set, and those to remove as null; the host has validated the values.
  mutating func apply(_ patch: Fields, at now: Instant) throws(Failure) {
    let old = self
    guard !isDeleted else {
      throw Failure(.failedPrecondition, "\(key) was deleted; tasks.restore brings it back, and then it can be changed")
    }
    try merge(patch)
    let progress = patch["progress"].map { $0.int ?? 0 }
    if let name = patch["status"]?.string, let status = TaskStatus(rawValue: name) {
      if status != old.status { try move(to: status, at: now) }
      if let progress { try set(progress: progress) }
    } else if let progress, progress != old.progress {
      try set(progress: progress)
      try follow(progress, at: now)
    }
  }

  /// Sets and removes the fields that no rule depends on.
  private mutating func merge(_ patch: Fields) throws(Failure) {
    var plain = Fields()
    for (name, value) in patch.members {
      switch (name, value) {
      case ("title", .null), ("type", .null), ("status", .null), ("priority", .null):
        throw Failure(
          .invalidArgument, "a task has a \(name); give another one instead of removing it",
          details: Refusal.details(path: name, message: "cannot be removed"))
      case ("status", _), ("progress", _): continue
      case ("labels", .null): plain[name] = []
      default: plain[name] = try TaskItem.normalized(value, of: name)
      }
    }
    fields = MergePatch.apply(plain, to: fields)
  }

  /// Moves the task to a status, with what follows from it for the task itself.
  mutating func move(to next: TaskStatus, at now: Instant) throws(Failure) {
    let status = status
    guard StatusMachine.allows(next, after: status, type: type) else {
      let allowed = StatusMachine.successors(of: status, type: type).map(\.rawValue)
      throw Failure(
        .failedPrecondition,
        "\(key) is \(status.rawValue) and cannot become \(next.rawValue); it may become \(Refusal.list(allowed))",
        details: Refusal.details(
          path: "status", message: "cannot follow \(status.rawValue)", allowed: allowed.map(Value.string)))
    }
    if status == .done {
      fields["completedDate"] = nil
      fields["progress"] = 0
    }
    fields["blockedFrom"] = nil
    fields["status"] = .string(next.rawValue)
    keepTime(of: status, until: now)
    if next == .inProgress, fields["startDate"] == nil { fields["startDate"] = .string(now.text) }
    if next == .done {
      fields["completedDate"] = .string(now.text)
      fields["progress"] = 100
    }
  }

  /// Notes how long the task was in a status that it leaves.
  private mutating func keepTime(of status: TaskStatus, until now: Instant) {
    let since = (fields["statusSince"] ?? fields["createdAt"])?.string.flatMap { Instant($0) } ?? now
    fields["statusSince"] = .string(now.text)
    if status.isActive {
      let time = max(0, now.milliseconds - since.milliseconds)
      fields["activeTime"] = .int((fields["activeTime"]?.int ?? 0) + time)
    }
    if self.status.isStarted, fields["startedAt"] == nil { fields["startedAt"] = .string(now.text) }
  }

  private mutating func set(progress: Int64) throws(Failure) {
    guard status != .done || progress == 100 else {
      throw Failure(
        .failedPrecondition,
        "\(key) is done, so its progress is 100; set its status to todo or in_progress to open it again",
        details: Refusal.details(path: "progress", message: "is 100 when a task is done", allowed: [100]))
    }
    fields["progress"] = .int(progress)
  }

  /// Moves the task to where its progress says that it is.
  private mutating func follow(_ progress: Int64, at now: Instant) throws(Failure) {
    if progress > 0, status == .todo { try move(to: .inProgress, at: now) }
    if progress == 100, status == .inProgress || status == .review { try move(to: .testing, at: now) }
  }

  /// Walks the shortest allowed way to done.
  mutating func complete(at now: Instant) throws(Failure) {
    for next in StatusMachine.path(from: status, to: .done, type: type) { try move(to: next, at: now) }
  }

  // MARK: Blockers

  /// Sets the task aside because of an open blocker, and remembers where it was.
  mutating func block(at now: Instant) throws(Failure) {
    guard status == .todo || status == .inProgress else { return }
    let before = status
    try move(to: .blocked, at: now)
    fields["blockedFrom"] = .string(before.rawValue)
  }

  /// Returns the task to where it was when a blocker set it aside. One that somebody blocked by hand stays blocked.
  mutating func unblock(at now: Instant) throws(Failure) {
    guard status == .blocked, let before = fields["blockedFrom"]?.string.flatMap(TaskStatus.init) else { return }
    try move(to: before, at: now)
  }

  // MARK: References

  /// Adds the id of another task to a field that holds references.
  mutating func link(_ id: String, as field: String) {
    let references = references(field)
    guard !references.contains(id) else { return }
    fields[field] = .array((references + [id]).map(Value.string))
  }

  mutating func unlink(_ id: String, as field: String) {
    let rest = references(field).filter { $0 != id }
    fields[field] = rest.isEmpty ? nil : .array(rest.map(Value.string))
  }
}
