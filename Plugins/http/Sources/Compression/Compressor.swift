/// Compresses replies and makes compressed bodies plain: what is short at once, what is long on a worker thread.
final class Compressor {
  /// What a worker has made, handed over whole to the loop.
  struct Outcome: @unchecked Sendable {
    var result: Result<SharedBytes, Inflater.Failure>
  }

  /// Runs a job on a worker thread and tells its outcome on the loop; answers false when it cannot be taken.
  typealias Workers = (@escaping @Sendable () -> Outcome, @escaping (Outcome) -> Void) -> Bool

  /// Shorter replies are sent as they are: a header more, and hardly a byte less.
  static let least = 1024
  /// Longer ones are not compressed on the loop, which it would hold for more than a quarter of a millisecond.
  static let most = 64 * 1024
  /// What becomes longer is not made plain on the loop: 8 KB can stand for 8 MB, which takes 30 ms.
  private static let mostPlain = 512 * 1024

  /// Nil where there are no threads: then everything is done at once.
  var workers: Workers?
  private var spare: [Deflater] = []
  private var output = ByteBuffer()

  /// Compresses now. The bytes are borrowed until the next call.
  func compress(_ bytes: Bytes) -> Bytes {
    let deflater = take()
    output.removeAll(keeping: 1 << 20)
    deflater.append(bytes, to: &output, .whole)
    giveBack(deflater)
    return output.bytes
  }

  /// Compresses on a worker thread. Answers false, and never calls `done`, when that cannot be: then it is done now.
  func compress(_ shared: SharedBytes, done: @escaping (SharedBytes) -> Void) -> Bool {
    guard shared.bytes.count > Self.most, let workers else { return false }
    let input = Lent(value: shared)
    return workers {
      var output = ByteBuffer()
      Deflater().append(input.value.bytes, to: &output, .whole)
      return Outcome(result: .success(SharedBytes(copying: output.bytes)))
    } _: { [self] outcome in
      done((try? outcome.result.get()) ?? SharedBytes(copying: compress(shared.bytes)))
    }
  }

  /// Makes bytes plain: now, or on a worker thread when they are many.
  func inflate(_ bytes: Bytes, limit: Int, done: @escaping (Result<SharedBytes, Inflater.Failure>) -> Void) {
    guard let workers else { return done(Self.inflated(bytes, limit).result) }
    if bytes.count <= Self.most {
      let quick = Self.inflated(bytes, min(limit, Self.mostPlain))
      guard case .failure(.tooLong) = quick.result, limit > Self.mostPlain else { return done(quick.result) }
    }
    let input = Lent(value: SharedBytes(copying: bytes))
    if workers({ Self.inflated(input.value.bytes, limit) }, { done($0.result) }) { return }
    done(Self.inflated(bytes, limit).result)
  }

  private static func inflated(_ bytes: Bytes, _ limit: Int) -> Outcome {
    var output = ByteBuffer()
    if let failure = Inflater.append(bytes, to: &output, limit: limit) { return Outcome(result: .failure(failure)) }
    return Outcome(result: .success(SharedBytes(copying: output.bytes)))
  }

  /// What compresses a stream, for as long as it lasts.
  func take() -> Deflater { spare.popLast() ?? Deflater() }

  func giveBack(_ deflater: Deflater) {
    guard spare.count < 4 else { return }
    deflater.reset()
    spare.append(deflater)
  }

  /// Immutable bytes that a worker reads while the loop keeps its hands off them. They are let go of on the loop.
  private struct Lent: @unchecked Sendable {
    let value: SharedBytes
  }
}
