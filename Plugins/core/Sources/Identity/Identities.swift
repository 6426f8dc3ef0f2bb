import PluginKit

/// Where the ids of new entities come from.
@Loop
final class Identities {
  private var generator = UUIDv7Generator(random: SystemRandomNumberGenerator())

  func next(at now: Instant) -> String {
    generator.next(at: now)
  }
}
