import PluginKit

/// The members that a client wants of an entity, or of each item of a list: `?fields=id,title`.
struct FieldSelection {
  private let names: [[UInt8]]

  /// - Parameter text: Names with commas between them.
  /// - Throws: A name that the declared answer does not have, with those that it has.
  init(_ text: String, of declaration: Declaration) throws(Problem) {
    let names = text.split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    self.names = names.map { Array($0.utf8) }
    if names.isEmpty {
      throw Self.refusal("fields names nothing; write fields=id,title, or leave it out.", declaration)
    }
    guard let known = declaration.fields else { return }
    // By bytes: what looks the same to Swift may be spelled in two ways.
    guard let unknown = names.first(where: { name in !known.contains { $0.utf8.elementsEqual(name.utf8) } }) else {
      return
    }
    let sentence = "\(declaration.fullName) answers no field \(unknown); there are \(known.joined(separator: ", "))."
    throw Self.refusal(sentence, declaration)
  }

  private static func refusal(_ message: String, _ declaration: Declaration) -> Problem {
    var details = ByteBuffer()
    details.append(#"{"errors":[{"path":"/fields","message":"#)
    details.append(jsonString: message)
    if let known = declaration.fields {
      details.append(#","allowed":["#)
      for (index, name) in known.enumerated() {
        if index > 0 { details.append(UInt8(ascii: ",")) }
        details.append(jsonString: name)
      }
      details.append(UInt8(ascii: "]"))
    }
    details.append("}]}")
    return Problem(.invalidArgument, message, details: details.bytes.text)
  }

  /// Appends what was wanted of an answer. An object with `items` and `next` is a list; what is no object stays whole.
  func append(_ answer: Bytes, to output: inout ByteBuffer) {
    guard answer.first == UInt8(ascii: "{") else { return output.append(answer) }
    let isList = JSONText.member("next", of: answer) != nil && JSONText.member("items", of: answer)?.first == 0x5b
    isList ? append(list: answer, to: &output) : append(entity: answer, to: &output)
  }

  private func append(list: Bytes, to output: inout ByteBuffer) {
    append(list, to: &output) { member, output in
      guard member.name.equals(#""items""#) else { return output.append(member.value) }
      output.append(UInt8(ascii: "["))
      var isFirst = true
      try? JSONText.forEachElement(of: member.value) { item in
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        append(entity: item, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    } where: { _ in
      true
    }
  }

  private func append(entity: Bytes, to output: inout ByteBuffer) {
    guard entity.first == UInt8(ascii: "{") else { return output.append(entity) }
    append(entity, to: &output) {
      $1.append($0.value)
    } where: { name in
      names.contains { name.count == $0.count && name.elementsEqual($0) }
    }
  }

  /// Appends an object with those members whose name, without its quotes, is wanted.
  private func append(
    _ object: Bytes, to output: inout ByteBuffer, _ value: (JSONText.Member, inout ByteBuffer) -> Void,
    where isWanted: (Bytes) -> Bool
  ) {
    output.append(UInt8(ascii: "{"))
    var isFirst = true
    // The host has checked its answers: they are JSON.
    try? JSONText.forEachMember(of: object) { member in
      guard isWanted(member.name.part(1..<member.name.count - 1)) else { return }
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      output.append(member.name)
      output.append(UInt8(ascii: ":"))
      value(member, &output)
    }
    output.append(UInt8(ascii: "}"))
  }
}
