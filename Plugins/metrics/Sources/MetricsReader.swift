import CPluginSDK
import PluginKit

/// Reads all figures from the host.
@Loop
final class MetricsReader {
  private let host: Host
  private let table: UnsafePointer<orch_metrics_reader>
  /// The size of the last text, so that the next one is allocated once.
  private var size = 16 << 10

  init(_ host: Host) throws(Failure) {
    guard let table = host.extension(ORCH_EXT_METRICS_READER, as: orch_metrics_reader.self) else {
      throw Failure(
        .permissionDenied,
        "metrics needs the extension \"\(ORCH_EXT_METRICS_READER)\": allow it the permission \"read-metrics\"")
    }
    self.host = host
    self.table = table
  }

  /// All figures of this moment, as text.
  func text(_ format: Exposition.Format) -> [UInt8] {
    var exposition = Exposition(format, reserving: size)
    withUnsafeMutablePointer(to: &exposition) { exposition in
      table.pointee.read?(
        host.raw,
        { exposition, value in
          guard let value else { return }
          exposition?.assumingMemoryBound(to: Exposition.self).pointee.append(value.pointee)
        }, exposition)
    }
    let text = exposition.finish()
    size = text.count + text.count / 8
    return text
  }
}
