/// How many bytes of the server's ``Load`` one client holds; given back with its owner at the latest.
struct HeldBytes: ~Copyable {
  private let load: Load
  private var count = 0
  /// Where the client comes from, when its place may hold only so much; set while nothing is held.
  var place: IPAddress?

  init(_ load: Load) { self.load = load }

  deinit { load.letGo(count, of: place) }

  /// Counts more bytes; answers whether the server has room for them.
  mutating func add(_ bytes: Int) -> Bool {
    count += bytes
    return load.hold(bytes, of: place)
  }

  /// Whether the server has room for more.
  var hasRoom: Bool { load.hasRoom(for: place) }

  /// The bytes are not held any more.
  mutating func release() {
    load.letGo(count, of: place)
    count = 0
  }
}

extension WebSocketConnection {
  /// Counts what is held for this client beside the message that has begun.
  func count() -> HeldBytes {
    var count = HeldBytes(engine.load)
    count.place = held.place
    return count
  }
}
