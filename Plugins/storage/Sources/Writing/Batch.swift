/// Changes that are committed together or not at all, with the events that tell of them.
struct Batch: Sendable {
  var operations: [Operation] = []
  var events: [NewEvent] = []
  /// The plugin that asks for the change, and on whose behalf: recorded with the events.
  var source = "system"
  var actor = "system"
  var idempotency: Idempotency?
  /// Ids of which nothing shall be left in the plugin's earlier events and replies, nor in the bytes of the file.
  var redactions: [String] = []

  /// The most operations and events of one batch, and the most bytes of its documents and events.
  static let countLimit = 10_000
  static let byteLimit = 64 << 20
  /// The most bytes of one document or of the data of one event.
  static let documentLimit = 8 << 20

  /// How many bytes its documents and events have. A redaction counts as an operation.
  ///
  /// - Throws: `invalid_argument` when a limit is passed.
  func size() throws(StorageError) -> Int {
    let count = operations.count + events.count + redactions.count
    guard count <= Batch.countLimit else {
      throw StorageError(
        .invalidArgument, "a batch has at most \(Batch.countLimit) operations and events, not \(count)")
    }
    var size = idempotency?.reply.count ?? 0
    for operation in operations {
      guard case .put(let body) = operation.action else { continue }
      guard body.count <= Batch.documentLimit else {
        throw StorageError(
          .invalidArgument,
          "\(operation.collection.name) \(operation.id) has \(body.count) bytes; "
            + "a document has at most \(Batch.documentLimit)")
      }
      size += body.count
    }
    for event in events {
      guard event.data.count <= Batch.documentLimit else {
        throw StorageError(
          .invalidArgument,
          "event \(event.topic) has \(event.data.count) bytes; an event has at most \(Batch.documentLimit)")
      }
      size += event.data.count
    }
    guard size <= Batch.byteLimit else {
      throw StorageError(.invalidArgument, "the batch has \(size) bytes; it may have \(Batch.byteLimit)")
    }
    return size
  }
}

/// One step of a batch.
struct Operation: Sendable {
  enum Action: Sendable {
    /// Stores this JSON object. Storage writes `id` and `revision` into it and keeps the rest as it is.
    case put([UInt8])
    case delete
    /// Changes nothing; the batch is refused when the expectation does not hold.
    case check
  }

  /// The state that the document must be in.
  enum Expectation: Sendable, Equatable {
    case absent
    case revision(Int64)
    /// Any revision. A put also makes the document when it is absent; delete and check want it present.
    case any
  }

  let collection: Collection
  let id: String
  let expected: Expectation
  let action: Action

  /// - Throws: `invalid_argument` for an id that is not 1 to 128 visible ASCII characters.
  init(_ action: Action, _ collection: Collection, id: String, expected: Expectation) throws(StorageError) {
    guard (1...128).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw StorageError(
        .invalidArgument, "\(collection.name): an id is 1 to 128 visible ASCII characters without spaces")
    }
    self.action = action
    self.collection = collection
    self.id = id
    self.expected = expected
  }
}

/// An event to be recorded in the transaction of its change. `data` is JSON.
struct NewEvent: Sendable {
  let topic: String
  let data: [UInt8]

  /// - Throws: `invalid_argument` for a topic that is not 1 to 200 visible ASCII characters, or has a `*`.
  init(topic: String, data: [UInt8]) throws(StorageError) {
    guard (1...200).contains(topic.utf8.count),
      topic.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "*") })
    else {
      throw StorageError(
        .invalidArgument, "\"\(topic.prefix(200))\" is not a topic; use words joined by colons, such as task:created")
    }
    self.topic = topic
    self.data = data
  }
}

/// Makes a repeated batch harmless: for 24 hours the same key answers the first reply again and changes nothing.
struct Idempotency: Sendable {
  /// Whoever asks keeps keys of different actors and methods apart, by putting both into the key.
  let key: String
  /// What the caller calls it.
  let name: String
  /// Tells one set of arguments from another: the same key with another fingerprint is refused.
  let fingerprint: String
  /// What the caller will answer, kept with the change. UTF-8.
  let reply: [UInt8]

  /// - Parameter name: The key itself when left out.
  init(key: String, name: String? = nil, fingerprint: String, reply: [UInt8]) {
    self.key = key
    self.name = name ?? key
    self.fingerprint = fingerprint
    self.reply = reply
  }

  /// How long a reply is kept, in milliseconds.
  static let lifetime: Int64 = 24 * 3600 * 1000
}

/// What became of a batch.
enum BatchReply: Sendable, Equatable {
  /// It is on disk: the revision of each operation's document (0 after a delete), and the numbers of its events.
  case committed(revisions: [Int64], events: Range<Int64>)
  /// It is on disk, and what it was to take out can be read no more.
  ///
  /// `isErased` says whether nothing of that is left in the bytes of the file and its log either; otherwise the next
  /// start sees to it.
  case redacted(revisions: [Int64], events: Range<Int64>, isErased: Bool)
  /// It had been committed before, and this was the reply.
  case repeated([UInt8])
}
