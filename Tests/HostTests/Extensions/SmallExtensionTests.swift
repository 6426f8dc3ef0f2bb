import CHost
import Glibc
import Testing

@testable import OrchestronHost

/// The smaller extensions, by the tables that plugins get.
@Suite struct SmallExtensionTests {
  private func scene() throws -> (TestHost, Plugin) {
    let host = try TestHost([try Fixtures.path("plain")])
    try host.start()
    return (host, try #require(host.host.lifecycle.plugin("plain")))
  }

  @Test func keepsAPluginsState() throws {
    let (host, plugin) = try scene()
    var buffer = orch_buf.empty
    #expect(HostExtensions.state.load(plugin.pointer, &buffer) == Status.notFound.rawValue)
    #expect(orch_str.with("one") { HostExtensions.state.store(plugin.pointer, $0) } == 0)
    #expect(orch_str.with("two") { HostExtensions.state.store(plugin.pointer, $0) } == 0)
    #expect(HostExtensions.state.load(plugin.pointer, &buffer) == 0)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == "two")
    buffer.drop()
    let large = String(repeating: "x", count: 1 << 20 + 1)
    #expect(
      orch_str.with(large) { HostExtensions.state.store(plugin.pointer, $0) } == Status.resourceExhausted.rawValue)
    withExtendedLifetime(host) {}
  }

  @Test func walksAJSONText() throws {
    let json = HostExtensions.json
    var document: OpaquePointer?
    let status = orch_str.with(#"{"a":[1,{"b/c":true}],"d":"x"}"#) { json.parse($0, &document, nil) }
    #expect(status == 0)
    defer { json.free(document) }
    let root = json.root(document)
    var cursor = orch_json_cursor()
    var key = orch_str.empty
    var value = orch_json_value()
    var seen: [String] = []
    while json.next(root, &cursor, &key, &value) != 0 {
      seen.append(key.string + String(UnicodeScalar(UInt8(bitPattern: json.type(value)))))
    }
    #expect(seen == ["aa", "ds"])
    #expect(orch_str.with("/a/1/b~1c") { json.pointer(root, $0, &value) } == 1)
    var flag: UInt8 = 0
    #expect(json.boolean(value, &flag) == 1 && flag == 1)
    #expect(orch_str.with("/a/9") { json.pointer(root, $0, &value) } == 0)
    var message = orch_str.empty
    var other: OpaquePointer?
    #expect(orch_str.with("[1,]") { json.parse($0, &other, &message) } == Status.invalidArgument.rawValue)
    #expect(message.n > 0)
  }

  @Test func parsesOnManyThreadsWithoutMixingTexts() async {
    let wrong = await withTaskGroup(of: Int.self) { group in
      for thread in 0..<4 {
        group.addTask {
          let json = HostExtensions.json
          var wrong = 0
          for round in 0..<500 {
            let documents = (0..<20).map { number in
              var document: OpaquePointer?
              let text = "[\(thread),\(round),\(number)]"
              return orch_str.with(text) { json.parse($0, &document, nil) } == 0 ? document : nil
            }
            for (number, document) in documents.enumerated() {
              let text = json.text(json.root(document))
              wrong += String(decoding: text.bytes, as: UTF8.self) == "[\(thread),\(round),\(number)]" ? 0 : 1
              text.release?(text.owner)
            }
            documents.forEach { json.free($0) }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test func tellsOfAFileThatAppears() throws {
    final class Seen { var names: Set<String> = [] }
    let (host, plugin) = try scene()
    let folder = try TestFolder()
    let seen = Seen()
    var id: UInt64 = 0
    let callback = orch_fs_cb(
      fn: { ud, name, _ in
        guard let ud else { return }
        Unmanaged<Seen>.fromOpaque(ud).takeUnretainedValue().names.insert(name.string)
      }, ud: Unmanaged.passUnretained(seen).toOpaque(), release: nil)
    #expect(orch_str.with(folder.path) { HostExtensions.fileWatch.start(plugin.pointer, nil, $0, callback, &id) } == 0)
    try folder.write("new.txt", "hello")
    #expect(host.turn { seen.names.contains("new.txt") })
    #expect(HostExtensions.fileWatch.stop(plugin.pointer, id) == 0)
    #expect(HostExtensions.fileWatch.stop(plugin.pointer, id) == Status.failedPrecondition.rawValue)
    let missing = orch_str.with("/no/such/folder") {
      HostExtensions.fileWatch.start(plugin.pointer, nil, $0, callback, &id)
    }
    #expect(missing == Status.notFound.rawValue)
  }
}
