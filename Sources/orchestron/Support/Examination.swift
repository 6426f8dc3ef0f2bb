import ArgumentParser
import Glibc
import OrchestronHost

/// What `doctor` finds.
struct Examination {
  enum State: String {
    case ok, warning, failed

    var label: String {
      switch self {
      case .ok: "ok  "
      case .warning: "warn"
      case .failed: "FAIL"
      }
    }
  }

  struct Finding {
    let name: String
    let state: State
    let detail: String
  }

  private(set) var findings: [Finding] = []

  mutating func add(_ name: String, _ state: State, _ detail: String) {
    findings.append(Finding(name: name, state: state, detail: detail))
  }

  /// Prints the findings; fails when one has failed.
  func tell(_ output: OutputOptions) throws {
    let isOK = findings.allSatisfy { $0.state != .failed }
    if output.json {
      Output.json([
        "ok": .bool(isOK),
        "checks": .array(
          findings.map {
            ["name": .string($0.name), "state": .string($0.state.rawValue), "detail": .string($0.detail)]
          }),
      ])
    } else {
      for finding in findings { Output.line("\(finding.state.label)  \(finding.name): \(finding.detail)") }
    }
    if !isOK { throw ExitCode(1) }
  }

  /// Runs all checks of a place.
  mutating func examine(_ place: Place) {
    examineStorage(place)
    let isRunning = examineHost(place)
    let manifests = examinePlugins(place)
    examineLibraries(of: manifests, place)
    if !isRunning { examinePorts(manifests, place) }
  }

  private mutating func examineStorage(_ place: Place) {
    let folder = place.storage
    var info = stat()
    guard stat(folder, &info) == 0 else {
      return add("storage", .ok, "\(folder) does not exist yet; the first run makes it")
    }
    guard info.st_mode & S_IFMT == S_IFDIR else { return add("storage", .failed, "\(folder) is not a folder") }
    guard access(folder, R_OK | W_OK | X_OK) == 0 else {
      return add(
        "storage", .failed, "\(folder) cannot be written; give its rights to this user, or choose another by --storage")
    }
    let others = info.st_mode & 0o077
    guard others == 0 else {
      return add("storage", .warning, "\(folder) is open to other users; close it by chmod 700 \(folder)")
    }
    add("storage", .ok, folder)
  }

  /// True when a host runs and answers.
  private mutating func examineHost(_ place: Place) -> Bool {
    do throws(Problem) {
      guard let client = try asProblem({ () throws(Failure) in try Joining.running(place.storage) }) else {
        examineLock(place)
        return false
      }
      let health = try client.call("host.health", timeout: 2000)
      let holder = HostLock.holder(of: place.storage)
      add("lock", .ok, "held by the running host, pid \(holder?.pid ?? 0)")
      let isOK = health["status"]?.string == "ok"
      add(
        "host", isOK ? .ok : .warning, "\(health["status"]?.string ?? "?"), version \(health["version"]?.string ?? "?")"
      )
      for plugin in health["plugins"]?.array ?? [] {
        guard let reason = plugin["reason"]?.string else { continue }
        add("plugin \(plugin["id"]?.string ?? "")", .failed, reason)
      }
      return true
    } catch {
      add("host", .failed, error.failure.message)
      return true
    }
  }

  private mutating func examineLock(_ place: Place) {
    guard access(place.storage, F_OK) == 0 else { return }
    do throws(Failure) {
      if try HostLock.take(in: place.storage) != nil { return add("lock", .ok, "free; no host runs") }
      let pid = HostLock.holder(of: place.storage).map { "pid \($0.pid)" } ?? "another process"
      add("lock", .failed, "held by \(pid), which does not answer on a socket")
    } catch {
      add("lock", .failed, error.message)
    }
  }

  /// The plugins that could be started.
  private mutating func examinePlugins(_ place: Place) -> [Manifest] {
    let findings = Discovery.scan(place.pluginRoots)
    for fault in findings.faults { add("plugins", .failed, fault.description) }
    let options = place.configuration.options
    let manifests = findings.manifests.filter { !options.disabled.contains($0.id) }
    let resolution = Resolver.resolve(manifests, choices: options.providers)
    for fault in resolution.faults { add("plugins", .failed, fault.description) }
    for note in resolution.notes { add("plugins", .warning, note.description) }
    for failure in place.configuration.violations(among: manifests) { add("configuration", .failed, failure.message) }
    for sentence in place.configuration.unusedSections(among: findings.manifests) {
      add("configuration", .warning, sentence)
    }
    let folders =
      place.pluginRoots.isEmpty ? "no folder; name one by --plugin-dir" : place.pluginRoots.joined(separator: ", ")
    add("plugins", manifests.isEmpty ? .warning : .ok, "\(resolution.startOrder.count) can start, from \(folders)")
    return manifests
  }

  private mutating func examineLibraries(of manifests: [Manifest], _ place: Place) {
    for manifest in manifests {
      do throws(Failure) {
        _ = try place.inspect { runtime throws(Failure) in try Inspection(manifest, runtime: runtime) }
      } catch {
        add("plugin \(manifest.id)", .failed, error.message)
      }
    }
  }

  /// Whether the ports of the http plugin are free.
  private mutating func examinePorts(_ manifests: [Manifest], _ place: Place) {
    guard let manifest = manifests.first(where: { $0.id == "http" }) else { return }
    let section = place.configuration.section(of: manifest)
    for key in ["port", "wsPort"] {
      guard let port = section[key]?.int.flatMap(UInt16.init(exactly:)), port > 0 else { continue }
      if Examination.isFree(port) {
        add("port \(port)", .ok, "free")
      } else {
        let holder = PortHolder.find(port: port).map { " by \($0)" } ?? ""
        add("port \(port)", .failed, "taken\(holder); stop that program, or choose another port by --port, 0 for any")
      }
    }
  }

  /// Whether a server could listen on that port of the loopback address.
  private static func isFree(_ port: UInt16) -> Bool {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(file) }
    var yes: CInt = 1
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
