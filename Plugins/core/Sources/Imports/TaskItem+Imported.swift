import PluginKit

/// What an import makes of a task: it is placed as the source has it, without walking there.
extension TaskItem {
  /// Makes the task that a source describes.
  ///
  /// - Parameters:
  ///   - described: Its fields under our names, `createdAt` and `completedDate` among them where they are known.
  ///   - source: What the source calls it.
  init(
    imported described: Fields, source: String, id: String, key: String, project: String, rank: String, at now: Instant
  ) throws(Failure) {
    var plain = Fields()
    for (name, value) in described.members where !TaskItem.placed.contains(name) { plain[name] = value }
    try self.init(plain, id: id, key: key, project: project, rank: rank)
    fields["source"] = .string(source)
    if let created = described["createdAt"]?.string.flatMap({ Instant($0) }), created < now {
      fields["createdAt"] = .string(created.text)
    }
    place(as: described, at: now)
  }

  /// Fields that say where a task stands.
  static let placed: Set<String> = ["status", "completedDate", "progress", "createdAt"]

  /// Puts the task where a source says that it stands.
  mutating func place(as described: Fields, at now: Instant) {
    let isNew = fields["revision"] == nil
    let status = described["status"]?.string.flatMap(TaskStatus.init) ?? .todo
    let completed = (described["completedDate"]?.string.flatMap { Instant($0) }).map { min($0, now) }
    let created = moment("createdAt")
    let begun = moment("startDate").flatMap { $0 <= now ? $0 : nil }
    for name in ["blockedFrom", "completedDate", "statusSince", "startedAt"] { fields[name] = nil }
    fields["status"] = .string(status.rawValue)
    fields["progress"] = described["progress"]?.int.map { .int(min(max($0, 0), 100)) } ?? 0
    switch status {
    case .done:
      fields["progress"] = 100
      // Of a new task nobody knows when it was done; one that was open at the last import has been done since.
      let since = completed ?? (isNew ? nil : now)
      fields["completedDate"] = since.map { .string($0.text) }
      fields["statusSince"] = fields["completedDate"]
      if let begun, let since, begun <= since { fields["startedAt"] = .string(begun.text) }
    case .inProgress, .review, .testing:
      let since = begun ?? now
      fields["startedAt"] = .string(since.text)
      fields["statusSince"] = .string((status == .inProgress ? since : now).text)
    case .backlog, .todo:
      fields["statusSince"] = .string((isNew ? created ?? now : now).text)
    case .blocked, .cancelled:
      fields["statusSince"] = .string(now.text)
    }
  }

  private func moment(_ name: String) -> Instant? { fields[name]?.string.flatMap { Instant($0) } }

  // MARK: Transitions

  /// What is known of the past of a task that was imported, as the transitions that would have told of it.
  ///
  /// A task that was done at a time which nobody knows was done before all others, so that no period counts it as
  /// delivered.
  func transitions(since old: TaskItem?, at now: Instant) -> [(at: Instant, fields: Fields)] {
    guard let transition = transition(since: old) else { return [] }
    guard fields["source"] != nil, !isHidden, old?.isHidden != true else { return [(now, transition)] }
    if let old {
      guard old.status != status, let since = moment("statusSince"), since < now else { return [(now, transition)] }
      return [(max(since, old.moment("statusSince") ?? since), transition)]
    }
    guard !isDone || fields["completedDate"] != nil else { return [(Instant(milliseconds: 0), transition)] }
    return past(at: now)
  }

  private func past(at now: Instant) -> [(at: Instant, fields: Fields)] {
    let created = moment("createdAt") ?? now
    let since = moment("statusSince") ?? now
    var stations: [(at: Instant, status: TaskStatus)] = []
    if created <= since { stations.append((created, status == .backlog ? .backlog : .todo)) }
    if let begun = moment("startedAt"), begun < since, begun >= created { stations.append((begun, .inProgress)) }
    if stations.last?.status != status { stations.append((since, status)) }
    var (transitions, before): ([(at: Instant, fields: Fields)], (at: Instant, status: TaskStatus)?) = ([], nil)
    for station in stations {
      var fields: Fields = ["type": .string(type.rawValue), "priority": .string(priority.rawValue)]
      fields["from"] = before.map { .string($0.status.rawValue) }
      fields["to"] = .string(station.status.rawValue)
      for name in TaskItem.counted {
        fields[name] = self.fields[name]
        if before != nil { fields["\(name)Before"] = self.fields[name] }
      }
      if let before {
        fields["spent"] = .int(station.at.milliseconds - before.at.milliseconds)
        if station.status == .done {
          fields["lead"] = .int(station.at.milliseconds - created.milliseconds)
          fields["cycle"] = moment("startedAt").map { .int(station.at.milliseconds - $0.milliseconds) }
        }
      }
      transitions.append((station.at, fields))
      before = station
    }
    return transitions
  }
}
