/// A URI template of RFC 6570 with those expressions that can be read back: `{x}` takes one segment of a path, `{+x}` any
/// number of them; `{/x}`, `{.x}` and `{#x}` begin with that character, `{?x,y}`, `{&x}` and `{;x}` are pairs in any order.
/// What begins with a character of its own may be left out.
struct URITemplate {
  private enum Piece: Equatable {
    case literal([UInt8])
    /// Text up to the next piece; `prefix`: what stands before it, and is there only with it.
    case value(String, isRest: Bool, prefix: UInt8?)
    /// `name=value`, the first one behind the byte, others behind `&`, or behind `;` where they begin so.
    case pairs([String], start: UInt8)
  }

  private let pieces: [Piece]

  /// The names of the variables, in order.
  var variables: [String] {
    pieces.flatMap { piece -> [String] in
      switch piece {
      case .literal: []
      case .value(let name, _, _): [name]
      case .pairs(let names, _): names
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
    var rest = text[...]
    while !rest.isEmpty {
      let literal = rest.prefix { $0 != "{" }
      guard !literal.contains("}") else { throw refuse("has a } without its {") }
      if !literal.isEmpty { pieces.append(.literal(Array(literal.utf8))) }
      rest = rest[literal.endIndex...].dropFirst()
      guard rest.startIndex > literal.endIndex else { break }
      guard let end = rest.firstIndex(of: "}") else { throw refuse("has a { without its }") }
      guard let added = Self.pieces(of: rest[..<end]) else {
        throw refuse("has the expression {\(rest[..<end])}: use {x}, {+x}, {/x}, {.x}, {#x}, {?x,y}, {&x} or {;x}")
      }
      if case .value(let name, _, nil)? = added.first {
        guard case .literal? = pieces.last else { throw refuse("needs a literal before {\(name)}") }
      }
      pieces += added
      rest = rest[end...].dropFirst()
    }
    self.pieces = pieces
    literalLength = pieces.reduce(0) { if case .literal(let text) = $1 { $0 + text.count } else { $0 } }
    let names = variables
    guard !names.isEmpty else { throw refuse("has no {name}: what has none is a resource") }
    guard Set(names).count == names.count else { throw refuse("has a variable twice") }
    if let fault = Self.fault(
      ofURI: pieces.map { if case .literal(let text) = $0 { String(decoding: text, as: UTF8.self) } else { "x" } }
        .joined())
    {
      throw refuse(fault)
    }
  }

  /// What an expression takes; nil for one that cannot be read back, such as `{x*}` and `{x:3}`.
  private static func pieces(of expression: Substring) -> [Piece]? {
    let letter = expression.utf8.first ?? 0
    let hasOperator = "+#./;?&".utf8.contains(letter)
    let names = (hasOperator ? expression.dropFirst() : expression)
      .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }) else { return nil }
    switch letter {
    case UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: ";"): return [.pairs(names, start: letter)]
    case UInt8(ascii: "/"), UInt8(ascii: "."): return names.map { .value($0, isRest: false, prefix: letter) }
    // Values of these may have commas themselves.
    case UInt8(ascii: "+"): return names.count == 1 ? [.value(names[0], isRest: true, prefix: nil)] : nil
    case UInt8(ascii: "#"): return names.count == 1 ? [.value(names[0], isRest: true, prefix: letter)] : nil
    default:
      let values = names.map { Piece.value($0, isRest: false, prefix: nil) }
      return Array(values.map { [$0] }.joined(separator: [.literal([UInt8(ascii: ",")])]))
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
    case .literal(let text): return rest.starts(with: text) && match(rest.dropFirst(text.count), following, &found)
    case .pairs(let names, let start):
      guard rest.first == start else { return match(rest, following, &found) }
      let end = Self.end(of: rest.dropFirst().prefix { $0 != UInt8(ascii: "#") }, before: following.first, in: rest)
      guard let end, Self.read(rest[..<end].dropFirst(), names, start, &found) else { return false }
      return match(rest[end...], following, &found)
    case .value(let name, let isRest, let prefix):
      var rest = rest
      if let prefix {
        guard rest.first == prefix else { return match(rest, following, &found) }
        rest = rest.dropFirst()
      }
      let longest = isRest ? rest : rest.prefix { !"/?#".utf8.contains($0) }
      guard let end = Self.end(of: longest, before: following.first, in: rest), end > rest.startIndex,
        let value = Self.value(rest[..<end], isRest: isRest)
      else { return false }
      found.append((name, value))
      return match(rest[end...], following, &found)
    }
  }

  /// Where a text ends that is at most `longest`: where the next piece begins. A literal begins at the last place where it
  /// stands, so that the text is as long as can be.
  private static func end(of longest: ArraySlice<UInt8>, before next: Piece?, in rest: ArraySlice<UInt8>) -> Int? {
    switch next {
    case nil: longest.endIndex == rest.endIndex ? longest.endIndex : nil
    case .literal(let text)?:
      (longest.startIndex...longest.endIndex).reversed().first { rest[$0...].starts(with: text) }
    case .pairs(_, let start)?: longest.firstIndex(of: start) ?? longest.endIndex
    case .value(_, _, let prefix)?:
      prefix.flatMap { prefix in
        prefix == UInt8(ascii: "#") ? longest.firstIndex(of: prefix) : longest.lastIndex(of: prefix)
      } ?? longest.endIndex
    }
  }

  /// Reads `a=1&b=2`: each name at most once, and no other.
  private static func read(
    _ text: ArraySlice<UInt8>, _ names: [String], _ start: UInt8, _ found: inout [(String, String)]
  ) -> Bool {
    let separator = start == UInt8(ascii: ";") ? start : UInt8(ascii: "&")
    for pair in text.split(separator: separator, omittingEmptySubsequences: false) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = parts.first.map({ String(decoding: $0, as: UTF8.self) }), names.contains(name),
        !found.contains(where: { $0.0 == name }), let value = decode(parts.count == 2 ? parts[1] : [])
      else { return false }
      found.append((name, value))
    }
    return true
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
