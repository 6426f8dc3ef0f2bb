import Interchange
import PluginKit

/// What belongs to imported tasks: the people, what they said, and the time that they spent.
extension ImportBatch {
  // MARK: People

  /// The handle of somebody whom the source names.
  func handle(of name: String) -> String {
    name == Handle.caller ? Handle.of(actor: transaction.person) : Handle.of(actor: "import:\(name)")
  }

  /// Makes the people who are not there yet. Whoever was deleted stays away.
  func makePeople(_ items: ArraySlice<ImportedItem>, _ ledger: Ledger) async throws(Failure) {
    var people: [(handle: String, person: ImportedPerson)] = []
    for case .person(let person) in items {
      guard let handle = Handle.normalized(handle(of: person.name)), !people.contains(where: { $0.handle == handle })
      else { continue }
      people.append((handle, person))
    }
    guard !people.isEmpty else { return }
    var query = Documents.Query(PersonItem.collection)
    query.match("handle", anyOf: people.map { .string($0.handle) })
    let known = Set(try await transaction.all(query, as: PersonItem.self).map(\.handle))
    for (handle, person) in people where !known.contains(handle) {
      var given: Fields = ["name": .string(String(person.name.unicodeScalars.prefix(200)))]
      given["email"] = person.email.map(Value.string)
      transaction.put(try PersonItem(given, id: ledger.ids.next(at: transaction.now), handle: handle))
      counts[.peopleCreated] += 1
    }
  }

  // MARK: Comments

  /// Puts the comments that are new, and those that say something else than they did.
  func apply(
    _ comments: [ImportedComment], of source: ImportedTask, to task: TaskItem, _ ledger: Ledger
  ) async throws(Failure) {
    var ordinals: [String: Int] = [:]
    let named = comments.map { comment in
      // A comment with a time keeps its id when its text is changed.
      let name = "\(comment.author ?? "") \(comment.createdAt?.text ?? comment.text)"
      let ordinal = ordinals[name, default: 0]
      ordinals[name] = ordinal + 1
      let names = [project.id, source.sourceID, "comment", name, "\(ordinal)"]
      return (id: ImportedID.id(names, at: comment.createdAt), comment: comment)
    }
    let known = Dictionary(
      try await transaction.get(named.map(\.id), as: CommentItem.self).map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first })
    for (id, comment) in named {
      let text = String(comment.text.unicodeScalars.prefix(100_000))
      if var old = known[id] {
        guard !old.isDeleted, old.fields["text"] != .string(text) else { continue }
        old.set(text: text)
        transaction.put(old)
        counts[.commentsUpdated] += 1
      } else {
        try transaction.hold("notes \(task.id)")
        let author = comment.author.map { "user:\(handle(of: $0))" } ?? transaction.person
        var new = CommentItem(id: id, on: task, by: author, text: text)
        if let moment = comment.createdAt, moment < transaction.now { new.fields["createdAt"] = .string(moment.text) }
        transaction.put(new)
        counts[.commentsCreated] += 1
      }
    }
  }

  // MARK: Time

  /// Puts the entries that are new, and those of another length than they had; the task's hours follow.
  func apply(
    _ times: [ImportedTimeEntry], of source: ImportedTask, to task: TaskItem, _ tracking: TimeTracking
  ) async throws(Failure) {
    var ordinals: [String: Int] = [:]
    for time in times where time.hours > 0 && time.hours <= ImportBatch.longest {
      let person =
        time.person.map(handle(of:)) ?? task.fields["assignee"]?.string ?? Handle.of(actor: transaction.person)
      let name = "\(time.person ?? "") \(time.start?.text ?? "")"
      let ordinal = ordinals[name, default: 0]
      ordinals[name] = ordinal + 1
      let id = ImportedID.id([project.id, source.sourceID, "time", name, "\(ordinal)"], at: time.start)
      let old = try await transaction.get(id, as: TimeEntry.self)
      guard old?.isDeleted != true else { continue }
      var entry = entry(time, of: person, on: task, id: id)
      if let old {
        entry.fields["createdAt"] = old.fields["createdAt"]
        guard entry.seconds != old.seconds else { continue }
        entry = TimeEntry(fields: MergePatch.apply(entry.fields, to: old.fields))
      }
      try await tracking.put(entry, since: old, transaction)
      counts[old == nil ? .timeEntriesCreated : .timeEntriesUpdated] += 1
    }
  }

  /// The most hours of one entry: what a task may be estimated at.
  private static let longest = 100_000.0

  private func entry(_ time: ImportedTimeEntry, of person: String, on task: TaskItem, id: String) -> TimeEntry {
    let seconds = TimeEntry.seconds(time.hours)
    var entry: TimeEntry
    if let start = time.start {
      entry = TimeEntry(timerOf: person, on: task, id: id, at: start, zone: project.zone)
      entry.finish(at: Instant(milliseconds: start.milliseconds + seconds * 1000), project.zone)
    } else {
      let moment = (task.fields["completedDate"] ?? task.fields["createdAt"])?.string.flatMap { Instant($0) }
      let day = project.zone.day(at: moment ?? transaction.now)
      entry = TimeEntry(of: person, on: task, id: id, seconds: seconds, day: day)
    }
    entry.fields["note"] = time.note.map { .string(String($0.unicodeScalars.prefix(2000))) }
    return entry
  }
}

/// Parts of tasks as values, to be compared and stored.
enum ImportedParts {
  static func value(of comments: [ImportedComment]) -> Value? {
    comments.isEmpty
      ? nil
      : .array(
        comments.map {
          [.string($0.author ?? ""), .string($0.createdAt?.text ?? ""), .string($0.text)]
        })
  }

  static func value(of times: [ImportedTimeEntry]) -> Value? {
    times.isEmpty
      ? nil
      : .array(
        times.map {
          [.string($0.person ?? ""), .string($0.start?.text ?? ""), .double($0.hours), .string($0.note ?? "")]
        })
  }

  /// A checkpoint with the members that ours has; nil when it has no name.
  static func checkpoint(_ value: Value) -> Value? {
    guard let given = value.object, let name = given["name"]?.string, !name.isEmpty else { return nil }
    var fields: Fields = ["name": .string(String(name.unicodeScalars.prefix(200)))]
    fields["completed"] = .bool(given["completed"] == true)
    if let moment = given["timestamp"]?.string.flatMap({ Instant($0) }) { fields["timestamp"] = .string(moment.text) }
    return .object(fields)
  }
}
