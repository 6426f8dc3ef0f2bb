/// What a plugin has used, as every face shows it.
struct Accounts {
  /// Nanoseconds on the loop; of the callbacks of many events in one turn, by samples.
  var loopTime: UInt64 = 0
  /// Turns longer than 10 ms.
  var longTurns: UInt64 = 0
  /// Breaches of the SDK's rules.
  var faults: UInt64 = 0
  var callsIn: UInt64 = 0
  var callsOut: UInt64 = 0
  var failures: UInt64 = 0
  var published: UInt64 = 0
  var delivered: UInt64 = 0
}
