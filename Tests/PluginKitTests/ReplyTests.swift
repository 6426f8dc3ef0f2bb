import CPluginSDK
import Testing

@testable import PluginKit

@Suite struct ReplyTests {
  @Test func keepsABodyThatWasOnlyLent() {
    let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: 2)
    defer { bytes.deallocate() }
    bytes[0] = 0x5B
    bytes[1] = 0x5D
    var body = orch_buf(p: bytes, n: 2, release: nil, owner: nil)
    let kept = withUnsafeMutablePointer(to: &body) { body in
      var reply = orch_reply()
      reply.body = body
      return withUnsafePointer(to: reply) { Reply(raw: $0).takeBody() }
    }
    bytes[0] = 0x78
    #expect(kept.text == "[]")
  }
}
