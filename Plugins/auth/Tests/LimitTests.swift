import PluginKit
import Testing

@testable import AuthPlugin

@Suite struct LimitTests {
  private func at(_ milliseconds: Int64) -> Instant { Instant(milliseconds: 1_800_000_000_000 + milliseconds) }

  @Test func doublesTheDelayAfterTheFreeFailures() {
    var delays = Delays(free: 3, longest: 5000)
    for _ in 0..<3 {
      #expect(delays.wait("a", at: at(0)) == 0)
      delays.begin("a", at: at(0))
    }
    #expect(delays.wait("a", at: at(0)) == 0)
    for (failure, delay) in [Int64(1000), 2000, 4000, 5000, 5000].enumerated() {
      delays.begin("a", at: at(0))
      #expect(delays.wait("a", at: at(0)) == delay, "failure \(failure + 4)")
      #expect(delays.wait("a", at: at(delay - 1)) == 1)
      #expect(delays.wait("a", at: at(delay)) == 0)
    }
    #expect(delays.wait("b", at: at(0)) == 0)
    delays.succeed("a")
    #expect(delays.wait("a", at: at(0)) == 0)
  }

  @Test func takesOneAttemptBack() {
    var delays = Delays(free: 1, longest: 5000)
    for _ in 0..<3 { delays.begin("a", at: at(0)) }
    delays.takeBack("a")
    #expect(delays.wait("a", at: at(0)) == 1000)
    for _ in 0..<3 { delays.takeBack("a") }
    #expect(delays.count == 0)
  }

  @Test func forgetsFailuresAfterAQuarterOfAnHour() {
    var delays = Delays(free: 1, longest: 3_600_000)
    for _ in 0..<20 { delays.begin("a", at: at(0)) }
    #expect(delays.wait("a", at: at(15 * 60_000 - 1)) > 0)
    #expect(delays.wait("a", at: at(15 * 60_000)) == 0)
    delays.begin("a", at: at(15 * 60_000))
    #expect(delays.wait("a", at: at(15 * 60_000)) == 0)
  }

  @Test func remembersABoundedNumberOfNames() {
    var delays = Delays(free: 1, longest: 5000, limit: 100)
    for number in 0..<10_000 { delays.begin("\(number)", at: at(Int64(number))) }
    #expect(delays.count <= 100)
    delays.begin("9999", at: at(10_000))
    #expect(delays.wait("9999", at: at(10_000)) > 0)
  }

  @Test func refillsABucketWithTime() {
    var buckets = Buckets(burst: 3, perSecond: 2)
    for _ in 0..<3 { #expect(buckets.take("a", at: at(0)) == 0) }
    #expect(buckets.take("a", at: at(0)) == 500)
    #expect(buckets.wait("a", at: at(250)) == 250)
    #expect(buckets.take("a", at: at(500)) == 0)
    #expect(buckets.take("b", at: at(500)) == 0)
    #expect(buckets.take("a", at: at(400)) > 0)
  }

  @Test func countsAddressesByPlace() {
    #expect(Address("192.0.2.7").place == "192.0.2.7")
    #expect(Address("2001:db8:1:2:3::4").place == Address("2001:db8:1:2::ffff").place)
    #expect(Address("2001:db8:1:2::1").place != Address("2001:db8:1:3::1").place)
    #expect(Address("::ffff:192.0.2.7").place == "192.0.2.7")
    for loopback in ["", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::1%lo"] {
      #expect(Address(loopback).isLoopback, "\(loopback)")
    }
    for other in ["128.0.0.1", "::2", "127.example.org", "127.1", "::ffff:10.0.0.1", "localhost", "fe80::1%lo"] {
      #expect(!Address(other).isLoopback, "\(other)")
    }
  }

  @Test func foldsRefusalsThatAreAlike() {
    var fold = AuditFold()
    for time in [Int64(5), 1, 9] {
      fold.add(AuditEntry(kind: .refused, address: "192.0.2.7", detail: "x"), at: at(time))
    }
    fold.add(AuditEntry(kind: .refused, address: "192.0.2.8"), at: at(2))
    let entries = fold.take()
    #expect(entries.map(\.count).sorted() == [1, 3])
    #expect(fold.isEmpty)
    for number in 0..<5000 { fold.add(AuditEntry(kind: .refused, address: "\(number)"), at: at(0)) }
    #expect(fold.take().count <= AuditFold.limit + 1)
  }
}
