import PluginKit

/// Lists by priority. Storage sorts by the letters of a word, so that each priority is a list of its own here, one
/// behind the other.
extension Search {
  /// Answers with a page of what matches, priority by priority.
  ///
  /// - Parameters:
  ///   - query: With the order within a priority, and the caller's cursor, one of this list's own.
  ///   - priorities: In the order that is wanted.
  func answer(
    _ call: Call, with query: Documents.Query, by priorities: [TaskPriority]
  ) async throws(Failure) {
    var place = try PriorityCursor(query.cursor, in: priorities)
    var items: [Fields] = []
    while place.rank < priorities.count {
      var part = query
      part.match("priority", .string(priorities[place.rank].rawValue))
      part.cursor = place.inner
      // A page that is full looks for one more, which says whether another page follows.
      let isFull = items.count == query.limit
      part.limit = isFull ? 1 : query.limit - items.count
      let page = try await documents.page(part, call.context)
      if isFull, !page.items.isEmpty { break }
      items += page.items
      if let next = page.next {
        place.inner = next
        break
      }
      place = PriorityCursor(rank: place.rank + 1)
    }
    let next = place.rank < priorities.count ? place.text : nil
    call.answer(json: Fields.page(items.map(Value.object), next: next).json)
  }
}

/// Where a page of a list by priority begins: `2`, or `2.` and storage's cursor within that priority.
struct PriorityCursor: Equatable {
  var rank: Int
  var inner: String?

  init(rank: Int, inner: String? = nil) {
    self.rank = rank
    self.inner = inner
  }

  /// - Throws: `invalid_argument` when it is no cursor of such a list.
  init(_ text: String?, in priorities: [TaskPriority]) throws(Failure) {
    guard let text else {
      self.init(rank: 0)
      return
    }
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    guard let first = parts.first, let rank = priorities.indices.first(where: { String($0) == first }) else {
      throw Failure(
        .invalidArgument, "the cursor is none of a list by priority; give the next of the page before",
        details: Refusal.details(path: "cursor", message: "is none of a list by priority"))
    }
    self.init(rank: rank, inner: parts.count == 2 ? parts[1] : nil)
  }

  var text: String { inner.map { "\(rank).\($0)" } ?? String(rank) }
}
