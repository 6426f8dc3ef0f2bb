import Glibc
import PluginKit

/// What the process uses.
struct ProcessFigures: Sendable {
  /// Memory that it holds, in bytes.
  let residentBytes: Int
  /// Processor time that it has used, in seconds.
  let processorSeconds: Double

  init() {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
    processorSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    residentBytes = ProcessFigures.residentPages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// The second number of the kernel's `statm`.
  private static var residentPages: Int {
    guard let file = fopen("/proc/self/statm", "re") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
