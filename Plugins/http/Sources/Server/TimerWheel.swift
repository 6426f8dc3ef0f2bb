/// Something with a deadline that may move at any time.
protocol TimerWheelEntry: AnyObject {
  /// When it is due, in milliseconds; `.max` when it waits for nothing.
  var deadline: UInt64 { get }
  /// Where it is in the wheel; nil when it is not. Kept by the wheel alone.
  var wheelPosition: TimerWheel<Self>.Position? { get set }
  /// Called when the deadline has passed. It must move the deadline.
  func timeOut()
}

/// Looks after the deadlines of many connections for the price of one timer.
///
/// A deadline that moves later costs nothing: the entry is looked at when its old slot comes round, and put where it
/// belongs then. Only one that moves nearer must be told to ``update(_:)``.
final class TimerWheel<Entry: TimerWheelEntry> {
  struct Position {
    fileprivate var slot: Int
    fileprivate var index: Int
    fileprivate var due: UInt64
  }

  /// Milliseconds between two calls of ``advance(to:)``.
  static var tick: UInt64 { 1000 }

  private var slots: [[Entry]] = Array(repeating: [], count: 64)
  private var current: UInt64 = 0
  private(set) var count = 0

  init(now: UInt64) { current = now / Self.tick }

  /// Puts an entry in that waits for something, or moves it when its deadline has come nearer.
  func update(_ entry: Entry) {
    let deadline = entry.deadline
    guard deadline != .max else { return }
    let due = slotTime(of: deadline)
    if let position = entry.wheelPosition {
      if due >= position.due { return }
      remove(entry)
    }
    let slot = Int(due % UInt64(slots.count))
    entry.wheelPosition = Position(slot: slot, index: slots[slot].count, due: due)
    slots[slot].append(entry)
    count += 1
  }

  /// Takes an entry out.
  func remove(_ entry: Entry) {
    guard let position = entry.wheelPosition else { return }
    entry.wheelPosition = nil
    count -= 1
    let last = slots[position.slot].removeLast()
    if last !== entry {
      slots[position.slot][position.index] = last
      last.wheelPosition?.index = position.index
    }
  }

  /// The tick at which a deadline is looked at: never now, never more than one turn of the wheel away.
  private func slotTime(of deadline: UInt64) -> UInt64 {
    let latest = current + UInt64(slots.count) - 1
    guard deadline < latest * Self.tick else { return latest }
    return max(current + 1, deadline / Self.tick + 1)
  }

  /// Moves to the present; entries that are due time out.
  func advance(to now: UInt64) {
    while current < now / Self.tick {
      current += 1
      let due = slots[Int(current % UInt64(slots.count))]
      for entry in due where entry.wheelPosition?.due == current {
        remove(entry)
        if entry.deadline <= now { entry.timeOut() }
        if entry.wheelPosition == nil { update(entry) }
      }
    }
  }
}
