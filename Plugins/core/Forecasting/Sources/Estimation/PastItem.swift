/// An item of the past and what it turned out to be, or was agreed to be.
public struct PastItem: Hashable, Sendable {
  public var title: String
  public var description: String
  /// Story points, hours, or whatever the project counts in.
  public var value: Double

  public init(title: String, description: String, value: Double) {
    self.title = title
    self.description = description
    self.value = value
  }
}
