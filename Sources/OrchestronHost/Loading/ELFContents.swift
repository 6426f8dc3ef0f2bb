/// What a library imports and exports: for the validator, which needs no binutils then.
public struct ELFContents: Sendable {
  /// The libraries that the linker opens together with this one (`DT_NEEDED`), in order.
  public let needed: [String]
  /// The library's own name (`DT_SONAME`).
  public let soname: String?
  /// Where needed libraries are looked for (`DT_RUNPATH`, or the older `DT_RPATH`), separated by colons.
  public let runPath: String?
  /// The dynamic symbols, imported and exported ones, in the order of the table.
  public let symbols: [ELFSymbol]
  /// The linker's build id in hexadecimal.
  public let buildID: String?
  /// Whether the library asks for a stack that can hold code, or forgets to say that it needs none.
  public let wantsExecutableStack: Bool

  /// The defined symbols that other libraries can see.
  public var exports: [ELFSymbol] { symbols.filter(\.isExported) }

  /// Checks the file at `path` as ``ELFImage`` does and reads its tables. It must not change meanwhile.
  ///
  /// - Throws: ``PluginFault`` with that path.
  public init(path: String) throws(PluginFault) {
    let file = try MappedFile(path)
    do {
      try self.init(of: ELFImage(checking: file.bytes), in: file.bytes)
    } catch {
      throw PluginFault(path: path, reason: error.reason)
    }
  }

  /// Reads the tables of a checked image from the bytes that were checked.
  ///
  /// - Throws: ``ELFFault`` when a table contradicts itself; whatever the bytes are, never a trap.
  public init(of image: ELFImage, in buffer: UnsafeRawBufferPointer) throws(ELFFault) {
    let bytes = ELFBytes(buffer: buffer)
    var strings = try StringTable(of: image, in: bytes)
    var needed: [String] = []
    for entry in image.dynamic where entry.tag == ELF.tagNeeded { needed.append(try strings.string(at: entry.value)) }
    self.needed = needed
    soname = try strings.string(at: image.dynamicValue(ELF.tagName))
    runPath = try strings.string(at: image.dynamicValue(ELF.tagRunPath) ?? image.dynamicValue(ELF.tagRunPathOld))
    symbols = try Self.readSymbols(of: image, in: bytes, &strings)
    buildID = Self.readBuildID(of: image, in: bytes)
    wantsExecutableStack = image.wantsExecutableStack
  }
}

/// One entry of a library's dynamic symbol table.
public struct ELFSymbol: Sendable, Equatable {
  /// How the linker treats symbols of one name; `other` holds the number of a rare binding.
  public enum Binding: Sendable, Equatable {
    case local, global, weak, unique
    case other(UInt8)
  }

  /// What the symbol stands for; `other` holds the number of a rare kind.
  public enum Kind: Sendable, Equatable {
    case none, object, function, threadLocal, indirectFunction
    case other(UInt8)
  }

  public let name: String
  public let binding: Binding
  public let kind: Kind
  /// False for a symbol that another library must define.
  public let isDefined: Bool
  /// Whether other libraries can see it: defined, not local, not hidden.
  public let isExported: Bool

  init(name: String, info: UInt8, visibility: UInt8, section: UInt16) {
    self.name = name
    binding =
      switch info >> 4 {
      case 0: .local
      case 1: .global
      case 2: .weak
      case 10: .unique
      case let number: .other(number)
      }
    kind =
      switch info & 0xF {
      case 0: .none
      case 1: .object
      case 2: .function
      case 6: .threadLocal
      case 10: .indirectFunction
      case let number: .other(number)
      }
    isDefined = section != 0
    let isVisible = visibility & 3 == 0 || visibility & 3 == 3  // default or protected
    isExported = isDefined && binding != .local && isVisible
  }
}

extension ELFContents {
  private static func readSymbols(
    of image: ELFImage, in bytes: ELFBytes, _ strings: inout StringTable
  ) throws(ELFFault) -> [ELFSymbol] {
    let count = try symbolCount(of: image, in: bytes)
    guard
      let table = image.dynamicValue(ELF.tagSymbols).flatMap(image.offset(ofAddress:)),
      let end = count.multiplied(by: ELF.symbolSize).flatMap(table.adding), end <= bytes.count
    else { throw .malformed("its symbol table lies beyond the end of the file") }

    var symbols: [ELFSymbol] = []
    symbols.reserveCapacity(Int(count))
    // The first entry is always empty.
    for at in stride(from: table + ELF.symbolSize, to: end, by: Int(ELF.symbolSize)) {
      guard
        let name = bytes.integer(at: at, as: UInt32.self),
        let info = bytes.integer(at: at + 4, as: UInt8.self),
        let visibility = bytes.integer(at: at + 5, as: UInt8.self),
        let section = bytes.integer(at: at + 6, as: UInt16.self)
      else { throw .malformed("its symbol table ends early") }
      symbols.append(
        ELFSymbol(name: try strings.string(at: UInt64(name)), info: info, visibility: visibility, section: section))
    }
    return symbols
  }

  /// The dynamic section does not say how many symbols there are; the hash tables do.
  private static func symbolCount(of image: ELFImage, in bytes: ELFBytes) throws(ELFFault) -> UInt64 {
    if let table = image.dynamicValue(ELF.tagHash).flatMap(image.offset(ofAddress:)),
      let count = bytes.integer(at: table + 4, as: UInt32.self)
    {
      return UInt64(count)
    }
    guard
      let table = image.dynamicValue(ELF.tagGNUHash).flatMap(image.offset(ofAddress:)),
      let bucketCount = bytes.integer(at: table, as: UInt32.self),
      let firstSymbol = bytes.integer(at: table + 4, as: UInt32.self),
      let bloomCount = bytes.integer(at: table + 8, as: UInt32.self)
    else { throw .malformed("it has no hash table of its symbols") }

    // Each bucket names the first symbol of a chain, chains follow each other, and the lowest bit ends one: the end of the
    // chain that begins last is the end of the table. Three counts of 32 bits cannot overflow 64.
    let buckets = table + 16 + UInt64(bloomCount) * 8
    let chains = buckets + UInt64(bucketCount) * 4
    var last: UInt64 = 0
    for index in 0..<UInt64(bucketCount) {
      guard let symbol = bytes.integer(at: buckets + index * 4, as: UInt32.self) else {
        throw .malformed("the hash table of its symbols ends early")
      }
      last = max(last, UInt64(symbol))
    }
    guard last >= UInt64(firstSymbol) else { return symbolCountByLayout(of: image) ?? UInt64(firstSymbol) }
    while true {
      guard let hash = bytes.integer(at: chains + (last - UInt64(firstSymbol)) * 4, as: UInt32.self) else {
        throw .malformed("the hash table of its symbols ends early")
      }
      last += 1
      if hash & 1 == 1 { return last }
    }
  }

  /// The hash table of a library without exports does not even count its imports. Linkers lay the strings right behind the
  /// symbols, on which the C library's own `dladdr` relies as well.
  private static func symbolCountByLayout(of image: ELFImage) -> UInt64? {
    guard let symbols = image.dynamicValue(ELF.tagSymbols), let strings = image.dynamicValue(ELF.tagStrings),
      strings >= symbols
    else { return nil }
    return (strings - symbols) / ELF.symbolSize
  }

  private static func readBuildID(of image: ELFImage, in bytes: ELFBytes) -> String? {
    for segment in image.segments where segment.type == ELF.segmentNote {
      var at = segment.offset
      let end = segment.offset + segment.fileSize  // Both were checked with the image.
      while let nameSize = bytes.integer(at: at, as: UInt32.self),
        let size = bytes.integer(at: at + 4, as: UInt32.self),
        let type = bytes.integer(at: at + 8, as: UInt32.self)
      {
        let name = at + 12
        let content = name + paddedToFour(nameSize)
        let next = content + paddedToFour(size)
        guard next <= end else { break }
        if type == ELF.noteBuildID, bytes.slice(at: name, size: UInt64(nameSize))?.elementsEqual("GNU\0".utf8) == true,
          let id = bytes.slice(at: content, size: UInt64(size))
        {
          return hexadecimal(id)
        }
        at = next
      }
    }
    return nil
  }

  private static func paddedToFour(_ size: UInt32) -> UInt64 { (UInt64(size) + 3) & ~3 }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
  }
}

/// The names of the dynamic section.
private struct StringTable {
  private let content: UnsafeRawBufferPointer
  /// How many more bytes of names may be read. Real names share little; a hostile file in which every symbol has the whole
  /// table as its name would otherwise fill the memory.
  private var budget: Int

  init(of image: ELFImage, in bytes: ELFBytes) throws(ELFFault) {
    guard
      let offset = image.dynamicValue(ELF.tagStrings).flatMap(image.offset(ofAddress:)),
      let size = image.dynamicValue(ELF.tagStringsSize),
      let content = bytes.slice(at: offset, size: size)
    else { throw .malformed("it has no string table") }
    self.content = content
    budget = 16 * bytes.buffer.count
  }

  mutating func string(at offset: UInt64?) throws(ELFFault) -> String? {
    guard let offset else { return nil }
    return try string(at: offset) as String
  }

  mutating func string(at offset: UInt64) throws(ELFFault) -> String {
    guard offset < UInt64(content.count) else { throw .malformed("a name lies outside of its string table") }
    let tail = content[Int(offset)...]
    guard let end = tail.firstIndex(of: 0) else { throw .malformed("a name in its string table has no end") }
    budget -= end - Int(offset)
    guard budget >= 0 else { throw .malformed("its symbols have impossibly long names") }
    return String(decoding: tail[..<end], as: UTF8.self)
  }
}
