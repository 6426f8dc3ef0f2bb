import Glibc
import Testing

@testable import OrchestronHost

/// When a host in the background ends.
@Suite struct BackgroundPresenceTests {
  private let control: ControlHost
  private let folder: TestFolder
  private let lock: HostLock

  init() throws {
    control = try ControlHost("echo")
    folder = try TestFolder()
    lock = try #require(try HostLock.take(in: folder.path))
  }

  /// What its end was said to be for, in the order of the tellings.
  private final class Reasons {
    var all: [String] = []
  }

  private func attend(linger: UInt64) -> (BackgroundPresence, Reasons) {
    let reasons = Reasons()
    return (BackgroundPresence(control.server, lock, linger: linger) { reasons.all.append($0) }, reasons)
  }

  @Test func makesWayWhenItIsAskedTo() throws {
    let client = try control.connect()
    let refused = client.call("yield")
    #expect(refused["error"]?["data"]?["code"] == "failed_precondition")
    #expect(refused["error"]?["message"]?.string?.contains("this host stays") == true)
    let (presence, reasons) = attend(linger: 60_000)
    #expect(client.call("yield")["error"] == nil)
    #expect(reasons.all == ["another host takes over"])
    presence.end()
    #expect(client.call("yield")["error"] != nil)
  }

  @Test func staysAsLongAsSomebodyIsConnected() throws {
    let client = try control.connect()
    let (presence, reasons) = attend(linger: 1)
    let start = Clock.milliseconds()
    control.host.turn { Clock.milliseconds() - start > 1200 }
    #expect(reasons.all == [])
    client.close()
    control.host.turn { !reasons.all.isEmpty }
    #expect(reasons.all == ["nobody has been connected for 0 s"])
    presence.end()
  }

  @Test func endsWhenItsFolderHasGone() throws {
    let client = try control.connect()
    let (presence, reasons) = attend(linger: 60_000)
    #expect(lock.isInPlace)
    unlink("\(folder.path)/host.lock")
    #expect(!lock.isInPlace)
    control.host.turn { !reasons.all.isEmpty }
    #expect(reasons.all == ["the storage folder has been removed"])
    presence.end()
    client.close()
  }

  @Test func isNamedAsSuchInTheLock() throws {
    let holder = HostLock.Holder(socket: "/s", isBackground: true)
    lock.name(holder)
    #expect(HostLock.holder(of: folder.path) == holder)
    #expect(HostLock.holder(of: folder.path)?.addresses == [:])
  }
}
