/// How the bytes of a body stand on the wire.
enum ContentCoding {
  case identity, gzip

  /// The one for a client with this `Accept-Encoding` (RFC 9110, 12.5.3): gzip where it is accepted and nothing else is
  /// liked better.
  init(accept: Bytes?) {
    var gzip: Int?
    var identity: Int?
    var others: Int?
    accept?.forEachListElement { element in
      let (name, quality) = Self.weighed(element)
      if name.equals(ignoringCase: "gzip") || name.equals(ignoringCase: "x-gzip") { gzip = quality }
      if name.equals(ignoringCase: "identity") { identity = quality }
      if name.equals("*") { others = quality }
    }
    let quality = gzip ?? others ?? 0
    self = quality > 0 && quality >= (identity ?? 0) ? .gzip : .identity
  }

  /// A coding and its weight in thousandths; a weight that is none counts as 0.
  private static func weighed(_ element: Bytes) -> (name: Bytes, quality: Int) {
    guard let semicolon = element.firstIndex(of: UInt8(ascii: ";")) else { return (element, 1000) }
    let name = element.part(0..<semicolon).trimmed
    let weight = element.part(semicolon + 1..<element.count).trimmed
    guard weight.count > 2, weight.part(0..<2).equals(ignoringCase: "q="), weight[2] == 48 || weight[2] == 49 else {
      return (name, 0)
    }
    var quality = Int(weight[2] - 48) * 1000
    var worth = 100
    for (index, digit) in weight.enumerated().dropFirst(3) {
      if index == 3 ? digit != UInt8(ascii: ".") : digit < 48 || digit > 57 { return (name, 0) }
      if index > 3 { quality += Int(digit - 48) * worth }
      worth /= index > 3 ? 10 : 1
    }
    return (name, min(quality, 1000))
  }
}

extension HTTPExchange {
  /// Chooses how the body of the reply is coded. Called before header lines are written that depend on it; a reply whose
  /// body has this type does it by itself.
  ///
  /// - Parameter length: Of the body, as far as it is known.
  func negotiate(_ type: ContentType, length: Int = .max) {
    guard type.isCompressible, length >= Compressor.least else { return }
    isNegotiated = true
    coding = ContentCoding(accept: header("accept-encoding"))
  }

  /// Appends `ETag` for the body as it is coded: the same content in two codings has two tags.
  func appendTag(_ opaque: Bytes, to buffer: inout ByteBuffer) {
    buffer.append("ETag: \"")
    buffer.append(opaque)
    if coding == .gzip { buffer.append(EntityTag.gzip) }
    buffer.append("\"\r\n")
  }
}
