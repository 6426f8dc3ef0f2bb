import PluginKit

/// What a change keeps others from while it is made: turns that are taken in its middle.
///
/// A query finds what is there, and nothing that somebody else is about to add; no revision tells of that. So whoever
/// decides by a query holds the name of what it asks about, and so does whoever adds to the answer: one of them comes
/// after the other. A change never waits for a name while it has others: it is given up, and begins again when it has
/// all that it wants, so that no two wait for each other.
@Loop
struct Holds {
  private let turns: Turns
  private(set) var names: Set<String>
  /// What was wanted, and somebody else has.
  private(set) var refused: String?

  /// - Parameter names: Those whose turns the change has already.
  init(_ turns: Turns, having names: Set<String>) {
    self.turns = turns
    self.names = names
  }

  /// - Returns: Whether the change has the name now.
  mutating func take(_ name: String) -> Bool {
    if names.contains(name) { return true }
    guard refused == nil, turns.takeIfFree(name) else {
      refused = refused ?? name
      return false
    }
    names.insert(name)
    return true
  }

  /// All that the change is known to want.
  var wanted: Set<String> { names.union(refused.map { [$0] } ?? []) }

  /// Gives on all that it has.
  mutating func letGo() {
    for name in names { turns.pass(name) }
    names = []
  }
}
