/// The versions of a service that a plugin can work with.
///
/// A range is `*` (any version) or comparators joined by spaces, all of which must hold:
///
/// | written | means |
/// |---|---|
/// | `1.2.3`, `=1.2.3` | exactly this version |
/// | `>=1.2`, `>1.2`, `<=1.2`, `<2` | a bound; missing numbers are filled as the words suggest: `>1.2` is `>=1.3.0`, `<=1.2` is `<1.3.0` |
/// | `^1.2` | compatible: `>=1.2.0 <2.0.0`; below 1.0 the first number that is not zero stays: `^0.2.3` is `>=0.2.3 <0.3.0` |
/// | `~1.2`, `~1.2.3` | same minor: `>=1.2.0 <1.3.0`, `>=1.2.3 <1.3.0`; `~1` is `>=1.0.0 <2.0.0` |
///
/// A pre-release matches only when a comparator names a pre-release of the same three numbers (`>=1.2.0-beta`
/// matches `1.2.0-rc.1`, never `1.3.0-rc.1`), so that nobody meets one by surprise; `*` matches every version.
public struct VersionRange: Sendable, Hashable {
  /// The range as it was written.
  public let text: String

  private var lower: Bound?
  private var upper: Bound?
  private var namedPrereleases: [Version] = []

  private struct Bound: Hashable, Sendable {
    let version: Version
    let isInclusive: Bool
  }

  /// The range that every version matches, written `*`.
  public static let any = VersionRange(unlimited: "*")

  private init(unlimited text: String) { self.text = text }

  /// Reads a range as the table above defines it.
  ///
  /// - Throws: ``VersionError`` with a sentence that quotes the range and says what to write.
  public init(parsing text: some StringProtocol) throws(VersionError) {
    self.init(unlimited: String(text))
    let comparators = self.text.utf8.split(separator: UInt8(ascii: " "))
    guard !comparators.isEmpty else {
      throw VersionError("the version range is empty; write \"*\" for any version, or for instance \"^1.2\"")
    }
    if comparators.count == 1, comparators[0].elementsEqual("*".utf8) { return }
    for comparator in comparators { try add(Substring(comparator)) }

    if let lower, let upper {
      let isEmpty =
        lower.version > upper.version
        || (lower.version == upper.version && !(lower.isInclusive && upper.isInclusive))
      guard !isEmpty else {
        throw VersionError("no version matches \"\(text)\"; correct one of its bounds")
      }
    }
  }

  /// Whether the range includes the version.
  public func contains(_ version: Version) -> Bool {
    if let lower, version < lower.version || (version == lower.version && !lower.isInclusive) { return false }
    if let upper, version > upper.version || (version == upper.version && !upper.isInclusive) { return false }
    if version.prerelease.isEmpty || (lower == nil && upper == nil) { return true }
    return namedPrereleases.contains { $0.hasSameNumbers(as: version) }
  }

  private static let operators = ["", "=", ">=", ">", "<=", "<", "^", "~"]

  private mutating func add(_ comparator: Substring) throws(VersionError) {
    let symbols = comparator.utf8.prefix { "<>=^~!|*".utf8.contains($0) }
    let operand = comparator[symbols.endIndex...]
    let name = String(Substring(symbols))
    guard Self.operators.contains(name) else {
      throw VersionError(
        name.contains("|")
          ? "\"\(text)\" lists alternatives, which ranges here do not have; write one range, for instance \">=1.2 <3\""
          : "\"\(text)\" has \"\(comparator)\", which is no comparator; use one of >= > <= < = ^ ~ before a version, or \"*\" alone"
      )
    }
    guard !operand.isEmpty else {
      throw VersionError(
        "\"\(text)\" has \"\(name)\" without a version; write both without a space, for instance \"\(name)1.2\"")
    }
    let version: PartialVersion
    do {
      version = try PartialVersion(parsing: operand)
    } catch {
      throw VersionError(
        operand.hasSuffix(".x") || operand.hasSuffix(".*")
          ? "\"\(text)\" has a placeholder; write \"~\(operand.dropLast(2))\" instead of \"\(comparator)\""
          : text == operand ? error.message : "in the range \"\(text)\": \(error.message)")
    }

    let lowest = version.lowest
    if !lowest.prerelease.isEmpty { namedPrereleases.append(lowest) }
    switch name {
    case ">=": raise(to: lowest)
    case ">": version.patch == nil ? raise(to: version.afterSameMinor) : raise(to: lowest, isInclusive: false)
    case "<": reduce(to: lowest)
    case "<=": version.patch == nil ? reduce(to: version.afterSameMinor) : reduce(to: lowest, isInclusive: true)
    case "^":
      raise(to: lowest)
      reduce(to: version.afterCompatible)
    case "~":
      raise(to: lowest)
      reduce(to: version.afterSameMinor)
    default:
      guard version.patch != nil else {
        throw VersionError(
          "\"\(text)\" asks for exactly \"\(operand)\", which is not a full version; write \"~\(operand)\" for any \(operand) version, or all three numbers"
        )
      }
      raise(to: lowest)
      reduce(to: lowest, isInclusive: true)
    }
  }

  private mutating func raise(to version: Version, isInclusive: Bool = true) {
    if let lower, lower.version > version || (lower.version == version && !lower.isInclusive) { return }
    lower = Bound(version: version, isInclusive: isInclusive)
  }

  private mutating func reduce(to version: Version, isInclusive: Bool = false) {
    if let upper, upper.version < version || (upper.version == version && !upper.isInclusive) { return }
    upper = Bound(version: version, isInclusive: isInclusive)
  }
}

extension VersionRange: CustomStringConvertible {
  public var description: String { text }
}

extension PartialVersion {
  /// The first version with another major number, or another minor number if one is given. Numbers have nine digits
  /// at most, so adding one is safe.
  fileprivate var afterSameMinor: Version {
    minor.map { Version(major, $0 + 1, 0) } ?? Version(major + 1, 0, 0)
  }

  /// The first version that `^` excludes: the leftmost number that is not zero may not change.
  fileprivate var afterCompatible: Version {
    if major > 0 { return Version(major + 1, 0, 0) }
    guard let minor else { return Version(1, 0, 0) }
    if minor > 0 { return Version(0, minor + 1, 0) }
    guard let patch else { return Version(0, 1, 0) }
    return Version(0, 0, patch + 1)
  }
}
