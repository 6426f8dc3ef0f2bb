import PluginKit

/// What the server holds for its clients and how late it is: new work is turned away before memory or patience runs out.
final class Load {
  /// Bytes of ``heldBytes`` and ``waitingBytes`` together that may be held.
  private let memory: Int
  /// How long a turn of the loop may take on average, in milliseconds.
  private let lagLimit: UInt64
  /// Bytes of requests and messages that have come and are not dealt with.
  var heldBytes = 0
  /// Of these, those of places that may hold only so much.
  private var places: [IPAddress: Int] = [:]
  /// Bytes that wait to be sent.
  var waitingBytes = 0
  /// The average of what turns of the loop took, in 1/16 milliseconds; the last counts for an eighth. One long turn is no
  /// reason to refuse those who have waited for its end.
  private var lag: UInt64 = 0

  init(memory: Int, lag: UInt64) {
    self.memory = memory
    lagLimit = lag * 16
  }

  /// Whether nothing more should be begun.
  var isHigh: Bool { isFull || lag > lagLimit }

  /// Whether nothing more should be held.
  var isFull: Bool { heldBytes + waitingBytes > memory }

  /// Counts bytes that are held; answers whether there is room for them. One place has a quarter of all.
  func hold(_ bytes: Int, of place: IPAddress?) -> Bool {
    heldBytes += bytes
    if let place { places[place, default: 0] += bytes }
    return hasRoom(for: place)
  }

  /// Whether more may be held for somebody of that place.
  func hasRoom(for place: IPAddress?) -> Bool {
    !isFull && (place.flatMap { places[$0] } ?? 0) <= memory / 4
  }

  /// Bytes are not held any more.
  func letGo(_ bytes: Int, of place: IPAddress?) {
    heldBytes -= bytes
    guard bytes > 0, let place, let count = places[place] else { return }
    places[place] = count > bytes ? count - bytes : nil
  }

  /// A turn of the loop has ended that took so many milliseconds.
  func turnDidEnd(after milliseconds: UInt64) { lag = lag - lag / 8 + min(milliseconds, 1 << 32) * 2 }
}

extension Application {
  /// Turns a request away while there is too much to do; whoever asks how the server is gets an answer.
  func shed(_ exchange: HTTPExchange) -> Bool {
    let target = exchange.target
    if target.count >= 7, target.part(0..<7).equals("/health") { return false }
    exchange.respond(overload(exchange.engine))
    return true
  }

  /// What is told to whom is turned away; logged at most every ten seconds.
  func overload(_ engine: HTTPEngine) -> Problem {
    if engine.now >= nextOverloadLog {
      nextOverloadLog = engine.now + 10_000
      gate.log(
        .warn,
        "requests are turned away: the server has more to do than it can hold (http.limits.memoryBytes)"
          + " or is too late (http.times.lag)")
    }
    var problem = Problem(.unavailable, "This server has too much to do at present; come back in 1 s.")
    problem.retryAfter = 1
    return problem
  }

  /// Whether one more message of a WebSocket may begin something.
  func checkLoad(_ engine: HTTPEngine) throws(Problem) {
    if engine.load.isHigh { throw overload(engine) }
  }
}
