import CHost
import Testing

@testable import OrchestronHost

/// The last reply and the release of its callback are one stay in the plugin that called.
@Suite struct ReplyTests {
  private func started() throws -> (TestHost, Plugin) {
    let host = try TestHost([try Fixtures.path("plain")])
    try host.start()
    return (host, try #require(host.host.lifecycle.plugin("plain")))
  }

  private func tell(_ plugin: Plugin, _ callback: orch_reply_cb, isLast: Bool) {
    var body = orch_buf.empty
    withUnsafeMutablePointer(to: &body) {
      plugin.deliver(isLast ? .end($0) : .chunk($0), to: callback, isLast: isLast, at: Clock.nanoseconds())
    }
  }

  @Test func releasesAfterTheLastReplyAlone() throws {
    let (host, plugin) = try started()
    _ = host
    let heard = Heard()
    let callback = heard.callback
    tell(plugin, callback, isLast: false)
    #expect(heard.releases == 0)
    tell(plugin, callback, isLast: true)
    #expect(heard.ends == ["answer"] && heard.releases == 1)
  }

  @Test func releasesWhatHasNoFunction() throws {
    let (host, plugin) = try started()
    _ = host
    let heard = Heard()
    var callback = heard.callback
    callback.fn = nil
    tell(plugin, callback, isLast: true)
    #expect(heard.ends.isEmpty && heard.releases == 1)
  }

  @Test func waitsWithTheReleaseUntilThePluginHasReturned() throws {
    let (host, plugin) = try started()
    _ = host
    let heard = Heard()
    let callback = heard.callback
    let failure = plugin.enter("a stay") { _ in
      tell(plugin, callback, isLast: true)
      #expect(heard.ends == ["answer"] && heard.releases == 0)
      return true
    }
    #expect(failure == nil && heard.releases == 1)
  }

  /// What a release lets go may hold something that is let go by it.
  @Test func releasesWhatEndsByARelease() throws {
    final class Chain {
      let plugin: Plugin
      var left = 3
      init(_ plugin: Plugin) { self.plugin = plugin }

      var task: orch_task {
        orch_task(
          fn: nil, ud: Unmanaged.passUnretained(self).toOpaque(),
          release: { me in
            guard let me else { return }
            let chain = Unmanaged<Chain>.fromOpaque(me).takeUnretainedValue()
            chain.left -= 1
            if chain.left > 0 { chain.plugin.release(chain.task) }
          })
      }
    }
    let (host, plugin) = try started()
    _ = host
    let chain = Chain(plugin)
    let failure = plugin.enter("a stay") { _ in
      plugin.release(chain.task)
      #expect(chain.left == 3)
      return true
    }
    #expect(failure == nil && chain.left == 0)
  }
}
