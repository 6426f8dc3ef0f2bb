import Glibc

/// What a store can be told; the defaults are those of the plugin's configuration.
struct StoreSettings: Sendable {
  /// Threads for queries.
  var readers = 2
  /// How long one query may take.
  var queryMilliseconds: Int64 = 5000
  /// How many changes may wait for the disk.
  var waitingChanges = 10_000
  /// How many bytes of changes may wait for the disk.
  var waitingBytes = 256 << 20
  /// How long the write-ahead log grows before it is moved into the file, in pages of 4 KB.
  var checkpointPages = 8192
  /// What the event log keeps.
  var events = EventBound()
  var meters = StoreMeters()
  var tracer: StoreTracer?
  /// The wall clock, in milliseconds since 1970.
  var now: @Sendable () -> Int64 = wallMilliseconds
}

/// Milliseconds since 1970.
@Sendable func wallMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
