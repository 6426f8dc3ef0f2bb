/// Where a plugin's ids come from: lower-case UUIDs of version 7 (RFC 9562), which sort by the time and the order in
/// which they were made.
@Loop
public final class Identities {
  private var generator = UUIDv7Generator(random: SystemRandomNumberGenerator())

  public init() {}

  /// The next id.
  ///
  /// - Parameter now: The wall clock.
  public func next(at now: Instant = .now) -> String {
    generator.next(at: now)
  }
}
