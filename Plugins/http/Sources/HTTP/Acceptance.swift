/// Which media types a client takes (RFC 9110, section 12.5.1).
extension HTTPExchange {
  /// Whether the client takes a body of this media type. Without `Accept` it takes any; what is no media range there is
  /// passed over, and the most precise of the ranges decides.
  func accepts(_ type: StaticString) -> Bool {
    guard let first = header("accept"), !first.equals("*/*") else { return true }
    var best = (precision: 0, isTaken: true)
    forEachHeader("accept") { value in
      value.forEachListElement { element in
        let (range, isTaken) = Self.weighed(element)
        guard let precision = Self.precision(of: range, for: type), precision >= best.precision else { return }
        let isMeant = isTaken && precision > 1
        best = (precision, isMeant || precision == best.precision && best.isTaken)
      }
    }
    return best.isTaken
  }

  /// A media range without its parameters, and whether its weight is more than none.
  private static func weighed(_ element: Bytes) -> (range: Bytes, isTaken: Bool) {
    var parts = element.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).makeIterator()
    let range = parts.next().map { Bytes(rebasing: $0).trimmed } ?? element
    while let part = parts.next() {
      let parameter = Bytes(rebasing: part).trimmed
      guard parameter.count > 2, parameter.part(0..<2).equals(ignoringCase: "q=") else { continue }
      return (range, parameter.part(2..<parameter.count).contains { $0 > UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    }
    return (range, true)
  }

  /// How precisely a range speaks of a type: 4 names it, 3 its family, 2 is any, 1 another; nil for what is no range.
  private static func precision(of range: Bytes, for type: StaticString) -> Int? {
    guard let slash = range.firstIndex(of: UInt8(ascii: "/")), slash > 0, slash + 1 < range.count else { return nil }
    if range.equals(ignoringCase: type) { return 4 }
    if range.equals("*/*") { return 2 }
    guard range.count == slash + 2, range[slash + 1] == UInt8(ascii: "*") else { return 1 }
    let wanted = Bytes(start: type.utf8Start, count: type.utf8CodeUnitCount)
    return zip(range.part(0..<slash + 1), wanted).allSatisfy { asciiLowercased($0) == $1 } ? 3 : 1
  }
}
