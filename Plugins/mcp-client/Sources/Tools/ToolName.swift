/// Names as the host allows them: `[a-z][A-Za-z0-9]*`.
enum ToolName {
  /// `create_pull-request` and `CreatePullRequest` become `createPullRequest`; nil when nothing is left.
  static func fit(_ name: String) -> String? {
    var fit = ""
    var isNewWord = false
    for byte in name.utf8 {
      let isLetter = (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80
      guard isLetter || (0x30...0x39).contains(byte) else {
        isNewWord = !fit.isEmpty
        continue
      }
      // A digit cannot stand first.
      if fit.isEmpty, !isLetter { fit = "n" }
      let character = Character(UnicodeScalar(byte))
      fit += isNewWord ? character.uppercased() : fit.isEmpty ? character.lowercased() : String(character)
      isNewWord = false
      if fit.utf8.count == 64 { break }
    }
    return fit.isEmpty ? nil : fit
  }
}
