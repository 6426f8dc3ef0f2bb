/// The headers of a shared library, checked so that opening it cannot kill the process.
///
/// The dynamic linker trusts a file: a truncated library ends the process with SIGBUS, headers that lie end it with SIGSEGV.
/// The host therefore reads the headers first and refuses what the linker would stumble over. The check reads the headers
/// and the dynamic section alone (some microseconds); it does not vouch for the code in the file.
public struct ELFImage: Sendable {
  /// One entry of the program header table.
  struct Segment: Sendable {
    let type: UInt32
    let flags: UInt32
    let offset: UInt64
    let address: UInt64
    let fileSize: UInt64
    let memorySize: UInt64
  }

  /// One entry of the dynamic section.
  struct DynamicEntry: Sendable {
    let tag: UInt64
    let value: UInt64
  }

  let segments: [Segment]
  let dynamic: [DynamicEntry]

  /// Whether the library asks for a stack that can hold code, or forgets to say that it needs none.
  public var wantsExecutableStack: Bool {
    guard let stack = segments.first(where: { $0.type == ELF.segmentStack }) else { return true }
    return stack.flags & ELF.flagExecute != 0
  }

  /// Checks the file at `path`, which must not change meanwhile: give it the private copy that is to be opened.
  ///
  /// - Parameter original: the path that a fault names instead of the copy's.
  /// - Throws: ``PluginFault`` with one sentence that says what is wrong and what to do.
  public static func check(path: String, copiedFrom original: String? = nil) throws(PluginFault) {
    let file = try MappedFile(path)
    do {
      _ = try ELFImage(checking: file.bytes)
    } catch {
      throw PluginFault(path: original ?? path, reason: error.reason)
    }
  }

  /// Checks the content of a whole file. The bytes are not kept.
  ///
  /// - Throws: ``ELFFault``: whatever the bytes are, never a trap.
  public init(checking buffer: UnsafeRawBufferPointer, host: ELFMachine = .host) throws(ELFFault) {
    let bytes = ELFBytes(buffer: buffer)
    try Self.checkIdentification(bytes, host: host)
    let header = try ELFHeader(bytes)
    try header.checkTables(fileSize: bytes.count)
    segments = try Self.readSegments(bytes, header)
    try Self.checkExtents(segments, header, fileSize: bytes.count)
    dynamic = try Self.readDynamic(bytes, segments)
    try checkPurpose()
  }

  /// The file offset of what the linker maps at `address`, or nil when the file does not hold it.
  func offset(ofAddress address: UInt64) -> UInt64? {
    for segment in segments where segment.type == ELF.segmentLoad && address >= segment.address {
      let distance = address - segment.address
      if distance < segment.fileSize { return segment.offset.adding(distance) }
    }
    return nil
  }

  /// The value of the first dynamic entry with this tag.
  func dynamicValue(_ tag: UInt64) -> UInt64? {
    dynamic.first { $0.tag == tag }?.value
  }
}

// MARK: - The checks, in the order in which they are made

extension ELFImage {
  /// Is it an ELF library for this machine at all?
  private static func checkIdentification(_ bytes: ELFBytes, host: ELFMachine) throws(ELFFault) {
    guard bytes.buffer.starts(with: ELF.magic) else {
      // An empty or very short file that begins like ELF is a truncated one.
      if bytes.count > 0 && ELF.magic.starts(with: bytes.buffer) {
        throw .truncated(has: bytes.count, needs: ELF.headerSize)
      }
      throw ELFFault(
        .notALibrary, "this is not a library but \(describeForeignFile(bytes.buffer)); put the built library here")
    }
    guard bytes.count >= ELF.headerSize else { throw .truncated(has: bytes.count, needs: ELF.headerSize) }
    let identification = bytes.buffer
    guard identification[4] == ELF.class64 else {
      throw ELFFault(
        .wrongClass,
        identification[4] == 1
          ? "this library is 32-bit, this host is 64-bit; build it for \(host)"
          : "this library has the unknown word size class \(identification[4]), so its header is damaged; build it again"
      )
    }
    guard identification[5] == ELF.littleEndian else {
      throw ELFFault(
        .wrongByteOrder,
        identification[5] == 2
          ? "this library is big-endian, this host is little-endian; build it for \(host)"
          : "this library has the unknown byte order \(identification[5]), so its header is damaged; build it again")
    }
    let machine = ELFMachine(number: bytes.integer(at: 18, as: UInt16.self) ?? 0)
    guard machine == host else {
      throw ELFFault(.wrongMachine, "this library is built for \(machine), this host is \(host); build it for \(host)")
    }
    let version = bytes.integer(at: 20, as: UInt32.self) ?? 0
    guard identification[6] == 1, version == 1 else {
      throw .malformed("the ELF version is not 1")
    }
    let type = bytes.integer(at: 16, as: UInt16.self) ?? 0
    guard type == ELF.typeShared else {
      let kind =
        switch type {
        case ELF.typeRelocatable: "an object file"
        case ELF.typeExecutable: "a program"
        case ELF.typeCore: "a core dump"
        default: "an ELF file of type \(type)"
        }
      throw ELFFault(.notShared, "this is \(kind), not a shared library; link it with -shared")
    }
  }

  private static func readSegments(_ bytes: ELFBytes, _ header: ELFHeader) throws(ELFFault) -> [Segment] {
    var segments: [Segment] = []
    segments.reserveCapacity(Int(header.programHeaderCount))
    for index in 0..<UInt64(header.programHeaderCount) {
      let at = header.programHeaders + index * ELF.programHeaderSize
      guard
        let type = bytes.integer(at: at, as: UInt32.self),
        let flags = bytes.integer(at: at + 4, as: UInt32.self),
        let offset = bytes.integer(at: at + 8, as: UInt64.self),
        let address = bytes.integer(at: at + 16, as: UInt64.self),
        let fileSize = bytes.integer(at: at + 32, as: UInt64.self),
        let memorySize = bytes.integer(at: at + 40, as: UInt64.self)
      else { throw .malformed("the program header table ends early") }
      segments.append(
        Segment(
          type: type, flags: flags, offset: offset, address: address, fileSize: fileSize, memorySize: memorySize))
    }
    return segments
  }

  /// Does the file hold everything that its headers promise?
  private static func checkExtents(
    _ segments: [Segment], _ header: ELFHeader, fileSize: UInt64
  ) throws(ELFFault) {
    var needed = header.sectionHeadersEnd
    var hasLoad = false
    for (index, segment) in segments.enumerated() {
      guard let end = segment.offset.adding(segment.fileSize), segment.address.adding(segment.memorySize) != nil else {
        throw .malformed("segment \(index) has an offset or address beyond all limits")
      }
      // Only what is mapped needs to be there; a stack segment, for instance, has no content.
      if segment.fileSize > 0 { needed = max(needed, end) }
      if segment.type == ELF.segmentLoad {
        hasLoad = true
        guard segment.fileSize <= segment.memorySize else {
          throw .malformed("segment \(index) is larger in the file than in memory")
        }
      }
    }
    guard needed <= fileSize else { throw .truncated(has: fileSize, needs: needed) }
    guard hasLoad else { throw .malformed("nothing in it is to be loaded") }
  }

  private static func readDynamic(_ bytes: ELFBytes, _ segments: [Segment]) throws(ELFFault) -> [DynamicEntry] {
    guard let segment = segments.last(where: { $0.type == ELF.segmentDynamic }) else {
      throw ELFFault(.notShared, "this library is linked statically (it has no dynamic section); link it with -shared")
    }
    // The linker takes the last such segment, finds it by its address, and reads on until the null entry whatever the size says.
    let home = segments.first {
      $0.type == ELF.segmentLoad && segment.address >= $0.address
        && segment.address - $0.address < $0.fileSize
    }
    guard let home, let start = home.offset.adding(segment.address - home.address) else {
      throw .malformed("its dynamic section lies outside of what is loaded")
    }
    let available = home.fileSize - (segment.address - home.address)
    var entries: [DynamicEntry] = []
    for index in 0..<(available / ELF.dynamicEntrySize) {
      let at = start + index * ELF.dynamicEntrySize
      guard
        let tag = bytes.integer(at: at, as: UInt64.self), let value = bytes.integer(at: at + 8, as: UInt64.self)
      else { break }
      if tag == ELF.tagNull { return entries }
      entries.append(DynamicEntry(tag: tag, value: value))
    }
    throw .malformed("its dynamic section has no end")
  }

  /// Is it a library, and does it have the tables that the linker reads without asking?
  private func checkPurpose() throws(ELFFault) {
    let isProgram =
      segments.contains { $0.type == ELF.segmentInterpreter }
      || (dynamicValue(ELF.tagFlags1) ?? 0) & ELF.flag1Executable != 0
    guard !isProgram else {
      throw ELFFault(.notShared, "this is a program, not a shared library; link it with -shared")
    }
    for (tag, name) in [(ELF.tagSymbols, "symbol"), (ELF.tagStrings, "string")] {
      guard let address = dynamicValue(tag), offset(ofAddress: address) != nil else {
        throw .malformed("it has no \(name) table, or one outside of what is loaded")
      }
    }
  }
}

/// The fields of the file header that say where the tables are.
private struct ELFHeader {
  let programHeaders: UInt64
  let programHeaderCount: UInt16
  let programHeadersEnd: UInt64
  let sectionHeadersEnd: UInt64

  init(_ bytes: ELFBytes) throws(ELFFault) {
    guard
      let programHeaders = bytes.integer(at: 32, as: UInt64.self),
      let sectionHeaders = bytes.integer(at: 40, as: UInt64.self),
      let programHeaderSize = bytes.integer(at: 54, as: UInt16.self),
      let programHeaderCount = bytes.integer(at: 56, as: UInt16.self),
      let sectionHeaderSize = bytes.integer(at: 58, as: UInt16.self),
      let sectionHeaderCount = bytes.integer(at: 60, as: UInt16.self)
    else { throw .truncated(has: bytes.count, needs: ELF.headerSize) }

    guard programHeaderCount > 0, programHeaderCount != .max else {
      throw .malformed("its number of program headers, \(programHeaderCount), is impossible")
    }
    guard UInt64(programHeaderSize) == ELF.programHeaderSize else {
      throw .malformed("its program headers have \(programHeaderSize) bytes each instead of \(ELF.programHeaderSize)")
    }
    guard
      let programEnd = programHeaders.adding(UInt64(programHeaderCount) * ELF.programHeaderSize),
      let sectionEnd = sectionHeaders.adding(UInt64(sectionHeaderCount) * UInt64(sectionHeaderSize))
    else { throw .malformed("a header table lies beyond all limits") }

    self.programHeaders = programHeaders
    self.programHeaderCount = programHeaderCount
    programHeadersEnd = programEnd
    sectionHeadersEnd = sectionHeaderCount == 0 ? 0 : sectionEnd
  }

  /// The segments are not known yet: if their table is cut off, the section headers tell the size best.
  func checkTables(fileSize: UInt64) throws(ELFFault) {
    guard programHeadersEnd <= fileSize else {
      throw .truncated(has: fileSize, needs: max(programHeadersEnd, sectionHeadersEnd))
    }
  }
}
