/// A semantic version: `major.minor.patch`, optionally followed by `-` and a pre-release tag.
///
/// Versions order as semver 2.0 says: by the three numbers, a pre-release below its release, pre-release parts
/// numerically where both are numbers, numbers below words. Build metadata (`+…`) is not accepted, because two versions that
/// differ in it alone could be neither equal nor ordered. Numbers have at most nine digits.
public struct Version: Sendable, Hashable {
  public let major: UInt32
  public let minor: UInt32
  public let patch: UInt32
  /// What stands after the `-`, without it; empty for a release.
  public let prerelease: String

  /// Makes a release version.
  public init(_ major: UInt32, _ minor: UInt32, _ patch: UInt32) {
    self.init(major: major, minor: minor, patch: patch, prerelease: "")
  }

  init(major: UInt32, minor: UInt32, patch: UInt32, prerelease: String) {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
  }

  /// Reads a full version such as `1.4.0` or `2.0.0-beta.1`.
  ///
  /// - Throws: ``VersionError`` with a sentence that quotes the text and shows the expected form.
  public init(parsing text: some StringProtocol) throws(VersionError) {
    let partial = try PartialVersion(parsing: Substring(text))
    guard let minor = partial.minor, let patch = partial.patch else {
      throw VersionError("\"\(text)\" is not a full version; write three numbers, for instance \"\(partial.lowest)\"")
    }
    self.init(major: partial.major, minor: minor, patch: patch, prerelease: partial.prerelease)
  }

  /// Whether both have the same major, minor and patch numbers.
  func hasSameNumbers(as other: Version) -> Bool {
    (major, minor, patch) == (other.major, other.minor, other.patch)
  }
}

extension Version: Comparable {
  public static func < (a: Version, b: Version) -> Bool {
    guard a.hasSameNumbers(as: b) else { return (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch) }
    if a.prerelease.isEmpty { return false }
    if b.prerelease.isEmpty { return true }
    return prereleasePrecedes(a.prerelease, b.prerelease)
  }

  private static func prereleasePrecedes(_ a: String, _ b: String) -> Bool {
    var partsOfB = b.utf8.split(separator: dot).makeIterator()
    for partOfA in a.utf8.split(separator: dot) {
      guard let partOfB = partsOfB.next() else { return false }
      if partOfA.elementsEqual(partOfB) { continue }
      switch (partOfA.allSatisfy(isDigit), partOfB.allSatisfy(isDigit)) {
      case (true, true):  // Without leading zeros the shorter number is the smaller one.
        return partOfA.count == partOfB.count
          ? partOfA.lexicographicallyPrecedes(partOfB) : partOfA.count < partOfB.count
      case (true, false): return true
      case (false, true): return false
      case (false, false): return partOfA.lexicographicallyPrecedes(partOfB)
      }
    }
    return partsOfB.next() != nil
  }
}

extension Version: CustomStringConvertible {
  public var description: String {
    prerelease.isEmpty ? "\(major).\(minor).\(patch)" : "\(major).\(minor).\(patch)-\(prerelease)"
  }
}

/// Why a version or a version range could not be read: one sentence that quotes the text and says what to write.
public struct VersionError: Error, Sendable, Equatable, CustomStringConvertible {
  public let message: String
  public var description: String { message }

  init(_ message: String) { self.message = message }
}

/// A version whose last numbers may be missing, as ranges use them: `1`, `1.2`, `1.2.3`, `1.2.3-beta`.
struct PartialVersion {
  let major: UInt32
  let minor: UInt32?
  let patch: UInt32?
  let prerelease: String

  /// The version with missing numbers read as zero.
  var lowest: Version {
    Version(major: major, minor: minor ?? 0, patch: patch ?? 0, prerelease: prerelease)
  }

  init(parsing text: Substring) throws(VersionError) {
    var rest = text.utf8
    var numbers: (UInt32, UInt32?, UInt32?) = (0, nil, nil)
    numbers.0 = try Self.number(&rest, of: text)
    if Self.skip(dot, in: &rest) { numbers.1 = try Self.number(&rest, of: text) }
    if numbers.1 != nil, Self.skip(dot, in: &rest) { numbers.2 = try Self.number(&rest, of: text) }
    (major, minor, patch) = numbers

    if numbers.2 != nil, Self.skip(UInt8(ascii: "-"), in: &rest) {
      prerelease = try Self.prerelease(&rest, of: text)
    } else {
      prerelease = ""
    }
    guard rest.isEmpty else {
      if rest.first == UInt8(ascii: "+") {
        throw VersionError(
          "\"\(text)\" carries build metadata, which versions here do not have; remove \"\(Substring(rest))\"")
      }
      throw VersionError(Self.expectation(text))
    }
  }

  private static func expectation(_ text: Substring) -> String {
    "\"\(text)\" is not a version; write numbers such as \"1.2.3\" or \"1.2.3-beta.1\""
  }

  private static func skip(_ byte: UInt8, in rest: inout Substring.UTF8View) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func number(_ rest: inout Substring.UTF8View, of text: Substring) throws(VersionError) -> UInt32 {
    let digits = rest.prefix(while: isDigit)
    rest = rest[digits.endIndex...]
    guard let first = digits.first else { throw VersionError(expectation(text)) }
    guard first != UInt8(ascii: "0") || digits.count == 1 else {
      throw VersionError("\"\(text)\" has a number with a leading zero; write the number without it")
    }
    guard digits.count <= 9 else {
      throw VersionError("\"\(text)\" has a number of more than nine digits; use smaller numbers")
    }
    return digits.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
  }

  private static func prerelease(
    _ rest: inout Substring.UTF8View, of text: Substring
  ) throws(VersionError) -> String {
    let tag = rest.prefix { $0 == dot || isTagByte($0) }
    rest = rest[tag.endIndex...]
    for part in tag.split(separator: dot, omittingEmptySubsequences: false) {
      guard let first = part.first else {
        throw VersionError("\"\(text)\" has an empty part in its pre-release tag; write it as in \"1.2.3-beta.1\"")
      }
      guard first != UInt8(ascii: "0") || part.count == 1 || !part.allSatisfy(isDigit) else {
        throw VersionError("\"\(text)\" has a number with a leading zero; write the number without it")
      }
    }
    return String(Substring(tag))
  }
}

private let dot = UInt8(ascii: ".")

private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

private func isTagByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || byte == UInt8(ascii: "-") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
}
