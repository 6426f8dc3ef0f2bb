/// A URI template of RFC 6570 with the two expressions that can be read back: `{x}` takes one segment of a path, `{+x}`
/// any number of them.
struct URITemplate {
  private enum Piece: Equatable {
    case literal(String)
    case segment(String)
    case rest(String)
  }

  private let pieces: [Piece]

  /// The names of the variables, in order.
  var variables: [String] {
    pieces.compactMap { piece in
      switch piece {
      case .literal: nil
      case .segment(let name), .rest(let name): name
      }
    }
  }

  /// The number of literal bytes: of two templates that fit, the one with more says more.
  let literalLength: Int

  /// Reads a template; throws the sentence that says what is wrong with it.
  init(_ text: String) throws(Failure) {
    func refuse(_ reason: String) -> Failure {
      Failure(.invalidArgument, "the URI template \(text.quoted) \(reason)")
    }
    var pieces: [Piece] = []
    var literal = ""
    var rest = text[...]
    while let character = rest.first {
      rest.removeFirst()
      guard character == "{" else {
        if character == "}" { throw refuse("has a } without its {") }
        literal.append(character)
        continue
      }
      guard let end = rest.firstIndex(of: "}") else { throw refuse("has a { without its }") }
      var name = rest[..<end]
      rest = rest[rest.index(after: end)...]
      let takesRest = name.first == "+"
      if takesRest { name.removeFirst() }
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
        throw refuse(
          "has the expression {\(takesRest ? "+" : "")\(name)}: use {name} for a segment or {+name} for more")
      }
      guard !literal.isEmpty else { throw refuse("needs a literal before {\(name)}") }
      pieces.append(.literal(literal))
      literal = ""
      pieces.append(takesRest ? .rest(String(name)) : .segment(String(name)))
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    self.pieces = pieces
    literalLength = pieces.reduce(0) { if case .literal(let text) = $1 { $0 + text.utf8.count } else { $0 } }
    let names = variables
    guard !names.isEmpty else { throw refuse("has no {name}: what has none is a resource") }
    guard Set(names).count == names.count else { throw refuse("has a variable twice") }
    if let fault = Self.fault(ofURI: pieces.map { if case .literal(let text) = $0 { text } else { "x" } }.joined()) {
      throw refuse(fault)
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// What is wrong with an absolute URI; nil when it is one.
  static func fault(ofURI text: String) -> String? {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), let first = text.utf8.first,
      (first | 0x20) >= UInt8(ascii: "a"), (first | 0x20) <= UInt8(ascii: "z"),
      text.utf8[..<colon].allSatisfy({ isNameByte($0) && $0 != UInt8(ascii: "_") || "+-.".utf8.contains($0) })
    else { return "must begin with a scheme, such as board:" }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }) else {
      return "has characters that a URI has not: write them as %XX"
    }
    return nil
  }

  /// The values of the variables in a URI, decoded; nil when it does not fit. A segment that leads elsewhere (`..`, a
  /// slash that was encoded) fits nothing.
  func match(_ uri: String) -> [(name: String, value: String)]? {
    var found: [(String, String)] = []
    return match(Array(uri.utf8)[...], pieces[...], &found) ? found : nil
  }

  private func match(
    _ rest: ArraySlice<UInt8>, _ pieces: ArraySlice<Piece>, _ found: inout [(String, String)]
  ) -> Bool {
    guard let piece = pieces.first else { return rest.isEmpty }
    let following = pieces.dropFirst()
    switch piece {
    case .literal(let text):
      return rest.starts(with: text.utf8) && match(rest.dropFirst(text.utf8.count), following, &found)
    case .segment(let name), .rest(let name):
      let isRest = piece == .rest(name)
      let longest = isRest ? rest : rest.prefix { !"/?#".utf8.contains($0) }
      // A literal follows, or the end: the last place where it stands is that of the longest value.
      guard let end = Self.end(of: longest, before: following.first, in: rest), end > rest.startIndex,
        let value = Self.value(rest[..<end], isRest: isRest)
      else { return false }
      found.append((name, value))
      return match(rest[end...], following, &found)
    }
  }

  private static func end(of longest: ArraySlice<UInt8>, before next: Piece?, in rest: ArraySlice<UInt8>) -> Int? {
    guard case .literal(let text)? = next else { return longest.endIndex == rest.endIndex ? longest.endIndex : nil }
    let literal = Array(text.utf8)
    return (longest.startIndex...longest.endIndex).reversed().first { rest[$0...].starts(with: literal) }
  }

  private static func value(_ bytes: ArraySlice<UInt8>, isRest: Bool) -> String? {
    guard let value = decode(bytes) else { return nil }
    if !isRest { return value.utf8.contains(UInt8(ascii: "/")) || value == "." || value == ".." ? nil : value }
    return value.split(separator: "/", omittingEmptySubsequences: false).contains { $0 == "." || $0 == ".." }
      ? nil : value
  }

  private static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
    var decoded: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        decoded.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
        return nil
      }
      decoded.append(high << 4 | low)
    }
    return decoded.contains(0) ? nil : String(validating: decoded, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
