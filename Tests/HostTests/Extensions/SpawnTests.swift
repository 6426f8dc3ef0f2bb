import CHost
import Glibc
import Testing

@testable import OrchestronHost

/// Child processes, by the table that plugins get.
@Suite struct SpawnTests {
  /// What a child has said so far.
  private final class Said {
    var output: [UInt32: String] = [:]
    var end: (status: Int64, signal: Int32)?
    var releases = 0

    var callback: orch_child_cb {
      orch_child_cb(
        output: { ud, stream, data in Said.behind(ud)?.output[stream, default: ""] += data.string },
        exited: { ud, status, signal in Said.behind(ud)?.end = (status, signal) },
        ud: Unmanaged.passUnretained(self).toOpaque(), release: { Said.behind($0)?.releases += 1 })
    }

    private static func behind(_ ud: UnsafeMutableRawPointer?) -> Said? {
      ud.map { Unmanaged<Said>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  /// A host with one plugin, on whose behalf children are started.
  private struct Scene {
    let host: TestHost
    let plugin: Plugin

    init() throws {
      host = try TestHost([try Fixtures.path("plain")])
      try host.start()
      plugin = try #require(host.host.lifecycle.plugin("plain"))
    }

    func start(
      _ arguments: [String], _ said: Said, environment: [String] = [], folder: String = "/tmp", timeout: Int64 = 0
    ) -> (status: Status, id: UInt64) {
      var id: UInt64 = 0
      let status = strings(arguments) { argv in
        strings(environment) { env in
          folder.withCString { folder in
            var command = orch_command(
              size: UInt32(MemoryLayout<orch_command>.size), flags: 0, argv: argv, env: env, cwd: folder,
              timeout_ms: timeout)
            return HostExtensions.spawn.start(
              plugin.pointer, plugin.context.pointer, &command, said.callback, &id)
          }
        }
      }
      return (Status(code: status), id)
    }

    private func strings<R>(_ list: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
      let copies = list.map { strdup($0) }
      defer { copies.forEach { free($0) } }
      return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress!) }  // holds nil
    }
  }

  @Test func talksWithAChildAndTellsItsEnd() throws {
    let scene = try Scene()
    let said = Said()
    let child = scene.start(["/bin/sh", "-c", "read x; echo got $x; echo oh >&2; exit 3"], said)
    #expect(child.status == .ok)
    _ = orch_str.with("hello\n") { HostExtensions.spawn.write(scene.plugin.pointer, child.id, $0) }
    #expect(HostExtensions.spawn.close_input(scene.plugin.pointer, child.id) == 0)
    #expect(scene.host.turn { said.end != nil })
    #expect(said.output == [1: "got hello\n", 2: "oh\n"])
    #expect(said.end?.status == 3)
    #expect(said.end?.signal == 0)
    #expect(said.releases == 1)
  }

  @Test func givesAChildItsOwnEnvironmentAlone() throws {
    let scene = try Scene()
    let said = Said()
    _ = scene.start(["/usr/bin/env"], said, environment: ["GREETING=hello"])
    #expect(scene.host.turn { said.end != nil })
    #expect(said.output[1] == "GREETING=hello\n")
  }

  @Test func endsAChildThatTakesTooLong() throws {
    let scene = try Scene()
    let said = Said()
    _ = scene.start(["sleep", "100"], said, environment: ["PATH=/usr/bin:/bin"], timeout: 30)
    #expect(scene.host.turn { said.end != nil })
    #expect(said.end?.signal == SIGTERM)
  }

  @Test func endsTheChildrenOfAPluginThatStops() throws {
    let scene = try Scene()
    let said = Said()
    _ = scene.start(["/bin/sh", "-c", "echo $$; sleep 100"], said, environment: ["PATH=/usr/bin:/bin"])
    #expect(scene.host.turn { said.output[1]?.hasSuffix("\n") == true })
    let pid = try #require(pid_t(said.output[1]?.dropLast() ?? ""))
    scene.host.stop()
    #expect(said.releases == 1)
    #expect(said.end == nil, "a stopped plugin is told nothing")
    #expect(scene.host.turn { kill(pid, 0) != 0 })
  }

  @Test(arguments: [
    (["no-such-program"], "/tmp", Status.notFound), (["/no/such/program"], "/tmp", .notFound),
    (["/bin/true"], "/no/such/folder", .notFound), (["/bin/true"], "tmp", .invalidArgument),
    (["/etc/passwd"], "/tmp", .failedPrecondition),
  ])
  func saysWhyAChildCannotBeStarted(arguments: [String], folder: String, status: Status) throws {
    let scene = try Scene()
    let said = Said()
    let child = scene.start(arguments, said, environment: ["PATH=/usr/bin:/bin"], folder: folder)
    #expect(child.status == status, "\(scene.host.log.last ?? "")")
    #expect(said.releases == 1)
  }
}
