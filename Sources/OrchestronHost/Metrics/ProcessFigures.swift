import Glibc

/// The figures of the process, under the names that Prometheus's own client libraries use.
enum ProcessFigures {
  private typealias Family = HostFigures.Family

  private static let cpu = Family(
    kind: .counter, name: "process_cpu_seconds", unit: "seconds", doc: "Processor time of the process.")
  private static let started = Family(
    kind: .gauge, name: "process_start_time_seconds", unit: "seconds",
    doc: "When the process started, in seconds since 1970.")
  private static let resident = Family(
    kind: .gauge, name: "process_resident_memory_bytes", unit: "bytes", doc: "Memory of the process that is in RAM.")
  private static let virtual = Family(
    kind: .gauge, name: "process_virtual_memory_bytes", unit: "bytes", doc: "Address space of the process.")
  private static let openFiles = Family(
    kind: .gauge, name: "process_open_fds", doc: "File descriptors that are open.")
  private static let maxFiles = Family(
    kind: .gauge, name: "process_max_fds", doc: "File descriptors that may be open.")
  private static let threads = Family(kind: .gauge, name: "process_threads", doc: "Threads of the process.")

  /// When the process started, in seconds since 1970; it does not change.
  private static let startTime: Double? = {
    guard let stat = read("/proc/self/stat"), let ticks = field(22, of: stat) else { return nil }
    let boot = seconds(of: CLOCK_REALTIME) - seconds(of: CLOCK_BOOTTIME)
    return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }()

  private static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Gives what the system tells; what it does not tell has no series.
  static func read(_ out: FigureSink) {
    out.value(cpu, "", seconds(of: CLOCK_PROCESS_CPUTIME_ID))
    if let startTime { out.value(started, "", startTime) }
    if let memory = read("/proc/self/statm")?.split(separator: " ").compactMap({ Double($0) }), memory.count > 1 {
      let page = Double(sysconf(Int32(_SC_PAGESIZE)))
      out.value(resident, "", memory[1] * page)
      out.value(virtual, "", memory[0] * page)
    }
    if let files = countFiles() { out.value(openFiles, "", files) }
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { out.value(maxFiles, "", limit.rlim_cur) }
    if let stat = read("/proc/self/stat"), let count = field(20, of: stat) { out.value(threads, "", count) }
  }

  /// A field of `/proc/self/stat`, counted from 1. The second one, the program's name, may hold anything.
  private static func field(_ number: Int, of stat: String) -> Double? {
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    return number - 2 < fields.count ? Double(fields[number - 2]) : nil
  }

  /// The descriptors of the process, without the one that counts them.
  private static func countFiles() -> Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
    }
    return count - 1
  }

  /// A small file of the kernel's.
  private static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
