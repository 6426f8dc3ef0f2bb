import Glibc
import Testing

@testable import OrchestronHost

@Suite struct HostLockTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test func hasOneHolderAtATime() throws {
    var first = try HostLock.take(in: folder.path)
    #expect(first != nil)
    #expect(try HostLock.take(in: folder.path) == nil)
    #expect(try HostLock.take(in: folder.path) == nil)
    first = nil
    #expect(try HostLock.take(in: folder.path) != nil)
  }

  @Test func namesItsHolderUntilItIsGivenBack() throws {
    let holder = HostLock.Holder(pid: 12, socket: "/s", addresses: ["http": "http://127.0.0.1:1", "ws": "ws://x"])
    do {
      let lock = try #require(try HostLock.take(in: folder.path))
      #expect(HostLock.holder(of: folder.path) == HostLock.Holder())
      lock.name(holder)
      #expect(HostLock.holder(of: folder.path) == holder)
      _ = try HostLock.take(in: folder.path)
      #expect(HostLock.holder(of: folder.path) == holder)
      lock.name(HostLock.Holder(pid: 1))
      #expect(HostLock.holder(of: folder.path) == HostLock.Holder(pid: 1))
    }
    #expect(HostLock.holder(of: folder.path) == nil)
    #expect(holder.inUse("/f").message.contains("pid 12, http://127.0.0.1:1, ws://x, /s"))
  }

  @Test func isFreeAfterItsHolderWasKilledWithoutGoodbye() throws {
    try folder.write("host.lock", #"{"socket":"/gone","pid":1}"#)
    #expect(HostLock.holder(of: folder.path)?.socket == "/gone")
    #expect(try HostLock.take(in: folder.path) != nil)
  }

  @Test(arguments: ["", "{", "[]", #"{"pid":"x"}"#, #"{"pid":99999999999}"#])
  func namesNobodyWhenTheFileIsBroken(text: String) throws {
    try folder.write("host.lock", text)
    #expect(HostLock.holder(of: folder.path) == nil)
  }

  @Test func followsNoLinkInPlaceOfTheLock() throws {
    try folder.write("victim", "keep")
    try folder.link("host.lock", to: "\(folder.path)/victim")
    #expect(throws: Failure.self) { try HostLock.take(in: folder.path) }
    #expect(try TestFolder.read("\(folder.path)/victim") == Array("keep".utf8))
  }

  @Test func writesTheReadyFileWholeAndForItsOwnerAlone() throws {
    let path = "\(folder.path)/ready.json"
    let holder = HostLock.Holder(pid: 3, socket: "/s", addresses: ["ws": "ws://x", "http": "http://x"])
    try holder.write(to: path, token: "secret")
    let text = String(decoding: try TestFolder.read(path), as: UTF8.self)
    #expect(text == #"{"http":"http://x","ws":"ws://x","socket":"/s","pid":3,"token":"secret"}"# + "\n")
    // The lock's file says it to nobody.
    #expect(!holder.json.text.contains("secret"))
    var info = stat()
    #expect(stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
  }
}
