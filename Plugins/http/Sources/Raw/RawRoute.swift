import CPluginSDK
import PluginKit

/// A raw route of a plugin, or a folder of its files, as the host tells of it.
struct RawRoute {
  var id: UInt64
  var plugin: String
  var pattern: RoutePattern
  /// The right that it takes.
  var permission: String
  /// Answers without credentials.
  var isOpen: Bool
  /// A page for people: without credentials a browser is sent to sign in.
  var isPage: Bool
  /// Its handler takes the body in parts.
  var isStreamed: Bool
  /// Of files: where they are.
  var folder: StaticFolder?
}

extension HostGate {
  /// Runs the handler of a raw route; of files only looks whether the caller may have them.
  func run(_ route: RawRoute, _ exchange: UnsafeMutablePointer<orch_http_exchange>) -> Status {
    guard let run = server?.pointee.run else { return .unimplemented }
    return Status(run(host, route.id, exchange))
  }

  /// The raw routes of all plugins; a route that is none is told to `fault`.
  func rawRoutes(fault: (String) -> Void) -> [RawRoute] {
    guard let each = server?.pointee.each else { return [] }
    let found = Found()
    withExtendedLifetime(found) {
      each(
        host,
        { found, info in
          guard let found, let info = info?.pointee else { return }
          Unmanaged<Found>.fromOpaque(found).takeUnretainedValue().add(info)
        }, Unmanaged.passUnretained(found).toOpaque())
    }
    for sentence in found.faults { fault(sentence) }
    return found.routes
  }

  private final class Found {
    var routes: [RawRoute] = []
    var faults: [String] = []

    func add(_ info: orch_http_route_info) {
      let folder = Bytes(info.folder).text
      do throws(RoutePattern.Malformed) {
        routes.append(
          RawRoute(
            id: info.id, plugin: Bytes(info.plugin).text, pattern: try RoutePattern(Bytes(info.route).text),
            permission: Bytes(info.permission).text,
            isOpen: info.flags & UInt32(ORCH_HTTP_OPEN) != 0, isPage: info.flags & UInt32(ORCH_HTTP_PAGE) != 0,
            isStreamed: info.flags & UInt32(ORCH_HTTP_STREAM) != 0,
            folder: folder.isEmpty
              ? nil
              : StaticFolder(folder, headers: SharedBytes { $0.append(headerLines: info.headers, info.n_headers) })))
      } catch {
        faults.append("plugin \"\(Bytes(info.plugin).text)\": \(error.sentence)")
      }
    }
  }
}
