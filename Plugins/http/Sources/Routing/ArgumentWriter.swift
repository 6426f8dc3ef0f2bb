/// Writes the one JSON object of arguments out of a request's path, query and body.
///
/// Text from path and query becomes what its declared parameter wants where it can; where it cannot it stays a string,
/// and the host refuses it with the same sentence as on every other face.
struct ArgumentWriter: ~Copyable {
  private struct Written {
    var name: Range<Int>
    var value: Range<Int>
  }

  private var written: [Written] = []
  private var scratch = ByteBuffer()
  /// The values of `fields` of the last query, which is no argument but a wish about the answer; nil without one.
  private(set) var fields: String?

  /// Appends the object to `output`. `headers` are arguments that came as headers, with JSON text as values.
  mutating func write(
    _ declaration: Declaration, path: [Bytes], headers: [(name: String, value: Bytes)] = [], query: Bytes, body: Bytes,
    to output: inout ByteBuffer
  ) throws(Problem) {
    written.removeAll(keepingCapacity: true)
    fields = nil
    output.append(UInt8(ascii: "{"))
    for (name, value) in zip(declaration.route.parameters, path) {
      var name = name
      name.withUTF8 { append($0, declaration.parameter(named: $0), value, to: &output) }
    }
    for argument in headers {
      let name = appendName(to: &output) { $0.append(jsonString: argument.name) }
      let start = output.count
      output.append(argument.value)
      written.append(Written(name: name, value: start..<output.count))
    }
    try writeQuery(query, declaration, to: &output)
    try writeBody(body, to: &output)
    output.append(UInt8(ascii: "}"))
  }

  // MARK: Path and query

  private mutating func append(
    _ name: Bytes, _ parameter: Declaration.Parameter?, _ value: Bytes, to output: inout ByteBuffer
  ) {
    let nameRange = appendName(to: &output) { $0.append(jsonString: name) }
    let start = output.count
    output.append(argument: value, for: parameter)
    written.append(Written(name: nameRange, value: start..<output.count))
  }

  /// Appends a member name with its quotes, the comma before it and the colon behind it.
  private func appendName(to output: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void) -> Range<Int> {
    if !written.isEmpty { output.append(UInt8(ascii: ",")) }
    let start = output.count
    body(&output)
    defer { output.append(UInt8(ascii: ":")) }
    return start..<output.count
  }

  private mutating func writeQuery(
    _ query: Bytes, _ declaration: Declaration, to output: inout ByteBuffer
  ) throws(Problem) {
    guard !query.isEmpty else { return }
    let fromPath = written.count
    for pair in try pairs(of: query) {
      let name = scratch.slice(pair.name.lowerBound, pair.name.count)
      let value = scratch.slice(pair.value.lowerBound, pair.value.count)
      if declaration.takesFields, name.equals("fields") {
        fields = fields.map { "\($0),\(value.text)" } ?? value.text
        continue
      }
      let parameter = declaration.parameter(named: name)
      guard let known = index(ofText: name, in: output) else {
        if parameter?.isArray == true, !(value.first == UInt8(ascii: "[")) {
          let nameRange = appendName(to: &output) { $0.append(jsonString: name) }
          let start = output.count
          output.append(UInt8(ascii: "["))
          output.append(jsonString: value)
          output.append(UInt8(ascii: "]"))
          written.append(Written(name: nameRange, value: start..<output.count))
        } else {
          append(name, parameter, value, to: &output)
        }
        continue
      }
      if known < fromPath {
        var typed = ByteBuffer()
        typed.append(argument: value, for: parameter)
        guard isSame(typed.bytes, written[known].value, in: output) else { throw Self.clash(name) }
      } else if parameter?.kind == .json, known == written.count - 1 {
        appendElement(value, to: &output)
      } else if parameter?.kind == .json {
        throw Problem(.invalidArgument, "Give the values of \(name.text) side by side in the query.")
      } else {
        throw Problem(.invalidArgument, "The query gives \(name.text) twice; it takes one value.")
      }
    }
  }

  /// Makes the argument written last an array with one more element.
  private mutating func appendElement(_ value: Bytes, to output: inout ByteBuffer) {
    let last = written.count - 1
    let start = written[last].value.lowerBound
    if output.slice(start, 1)[0] == UInt8(ascii: "[") {
      output.truncate(to: output.count - 1)
    } else {
      var first = ByteBuffer()
      first.append(output.slice(start, output.count - start))
      output.truncate(to: start)
      output.append(UInt8(ascii: "["))
      output.append(first.bytes)
    }
    if output.slice(output.count - 1, 1)[0] != UInt8(ascii: "[") { output.append(UInt8(ascii: ",")) }
    output.append(jsonString: value)
    output.append(UInt8(ascii: "]"))
    written[last].value = start..<output.count
  }

  /// The decoded names and values of a query, as ranges of `scratch`.
  private mutating func pairs(of query: Bytes) throws(Problem) -> [(name: Range<Int>, value: Range<Int>)] {
    scratch.removeAll(keeping: 64 * 1024)
    var pairs: [(name: Range<Int>, value: Range<Int>)] = []
    for pair in query.split(separator: UInt8(ascii: "&")) {
      let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      let name = try decode(Bytes(rebasing: pair[pair.startIndex..<end]))
      let value = try decode(Bytes(rebasing: pair[min(end + 1, pair.endIndex)..<pair.endIndex]))
      pairs.append((name, value))
    }
    return pairs
  }

  private mutating func decode(_ text: Bytes) throws(Problem) -> Range<Int> {
    let start = scratch.count
    guard scratch.append(percentDecoding: text, plusIsSpace: true) else {
      throw Problem(.invalidArgument, "The query has a broken percent escape or text that is no UTF-8.")
    }
    return start..<scratch.count
  }

  // MARK: Body

  private mutating func writeBody(_ body: Bytes, to output: inout ByteBuffer) throws(Problem) {
    guard !body.isEmpty else { return }
    let before = written.count
    var failure: Problem?
    do throws(JSONTextError) {
      try JSONText.forEachMember(of: body) { member in
        guard failure == nil else { return }
        if before > 0, let known = index(ofQuoted: member.name, in: output, below: before) {
          if !isSame(member.value, written[known].value, in: output) {
            failure = Self.clash(member.name.part(1..<member.name.count - 1))
          }
          return
        }
        let name = appendName(to: &output) { $0.append(member.name) }
        let start = output.count
        output.append(member.value)
        written.append(Written(name: name, value: start..<output.count))
      }
    } catch {
      throw Problem(.invalidArgument, "The body must be a JSON object: \(error.message)")
    }
    if let failure { throw failure }
  }

  // MARK: Comparing

  private static func clash(_ name: Bytes) -> Problem {
    Problem(.invalidArgument, "\(name.text) is given twice with different values; give it once.")
  }

  private func index(ofText name: Bytes, in output: borrowing ByteBuffer) -> Int? {
    var quoted = ByteBuffer()
    quoted.append(jsonString: name)
    return index(ofQuoted: quoted.bytes, in: output, below: written.count)
  }

  private func index(ofQuoted name: Bytes, in output: borrowing ByteBuffer, below limit: Int) -> Int? {
    written.prefix(limit).firstIndex { isSame(name, $0.name, in: output) }
  }

  /// Whether two JSON texts are equal: strings by what they mean, everything else by how it stands.
  private func isSame(_ text: Bytes, _ range: Range<Int>, in output: borrowing ByteBuffer) -> Bool {
    let other = output.slice(range.lowerBound, range.count)
    if text.equals(other) { return true }
    guard text.first == UInt8(ascii: "\""), other.first == UInt8(ascii: "\"") else { return false }
    var left = ByteBuffer()
    var right = ByteBuffer()
    left.append(unescaping: text)
    right.append(unescaping: other)
    return left.bytes.equals(right.bytes)
  }
}

extension ByteBuffer {
  /// Appends text of a path or query as the JSON that its parameter wants, when it can be that; else as a string.
  fileprivate mutating func append(argument text: Bytes, for parameter: Declaration.Parameter?) {
    switch parameter?.kind {
    case .bool where text.equals("true") || text.equals("false"): append(text)
    case .integer where isNumber(text), .number where isNumber(text): append(text)
    // Whoever writes a name means it: what is to be left out is not null in a query, where that is a word.
    case .json where !text.equals("null") && (try? JSONText.value(of: text)) != nil: append(text)
    default: append(jsonString: text)
    }
  }

  private func isNumber(_ text: Bytes) -> Bool {
    guard let first = text.first, first == UInt8(ascii: "-") || (first >= 48 && first <= 57) else { return false }
    return (try? JSONText.value(of: text))?.count == text.count
  }
}
