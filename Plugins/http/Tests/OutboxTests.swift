import Testing

@testable import HTTPPlugin

/// Answers of one turn of the loop leave together; when many wait, the first ones need not wait for the last.
@Suite struct OutboxTests {
  private final class Owner: OutboxOwner {
    private(set) var outbox: Outbox!  // Set in `init`; it needs `self` as its owner.
    private(set) var written = 0

    init(_ pool: OutboxPool) { outbox = Outbox(pool: pool, owner: self) }

    func answer() { outbox.append { $0.append("answer") } }

    func flush() {
      guard let queue = outbox.nextWrite() else { return }
      written += queue.count
      queue.consume(queue.count)
      outbox.finishWrite()
    }
  }

  @Test func answersLeaveTogetherWhenSixteenWait() {
    let pool = OutboxPool(Load(memory: 1 << 20, lag: 1000))
    let owners = (0..<16).map { _ in Owner(pool) }
    for owner in owners {
      #expect(owners.allSatisfy { $0.written == 0 })
      owner.answer()
      pool.flushLater(owner.outbox)
    }
    #expect(owners.allSatisfy { $0.written == 6 } && !pool.hasScheduled)
  }

  @Test func anAnswerThatWasSentBeforeIsNotSentAgain() {
    let pool = OutboxPool(Load(memory: 1 << 20, lag: 1000))
    let (one, other) = (Owner(pool), Owner(pool))
    for owner in [one, other] {
      owner.answer()
      pool.flushLater(owner.outbox)
    }
    one.flush()
    #expect(one.written == 6 && other.written == 0)
    pool.flushScheduled()
    #expect(one.written == 6 && other.written == 6)
  }
}
