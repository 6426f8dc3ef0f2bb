import CHost

/// What the plugins of a host listen on, by name: `http` → `http://127.0.0.1:3001`.
///
/// A plugin that listens publishes `<id>:listening` before it completes its start; the data are names with URLs:
/// `{"http":"http://127.0.0.1:3001","ws":"ws://127.0.0.1:3002"}`.
public final class Addresses {
  public private(set) var all: [String: String] = [:]

  /// Begins to listen to a host that has not been started yet.
  public init(of host: Host) throws(Failure) {
    _ = try host.subscribe(["*:listening"], since: nil, log: nil) { [weak self] event in
      guard let self, let data = try? JSON(parsing: event.pointee.data.bytes) else { return }
      for (name, value) in data.object ?? [:] where name != "pid" && name != "socket" { all[name] = value.string }
    }
  }
}
