/// Bounds-checked reads from a little-endian ELF file. Whatever the offset, an answer is a value or nil, never a trap.
struct ELFBytes {
  let buffer: UnsafeRawBufferPointer

  var count: UInt64 { UInt64(buffer.count) }

  func integer<Integer: FixedWidthInteger>(at offset: UInt64, as type: Integer.Type) -> Integer? {
    let size = UInt64(MemoryLayout<Integer>.size)
    guard let end = offset.adding(size), end <= count else { return nil }
    // The end fits in the buffer, so the offset fits in an Int.
    return Integer(littleEndian: buffer.loadUnaligned(fromByteOffset: Int(offset), as: type))
  }

  /// The part of the file from `offset` on, at most `size` bytes long, or nil when it begins beyond the end.
  func slice(at offset: UInt64, size: UInt64) -> UnsafeRawBufferPointer? {
    guard offset <= count else { return nil }
    let start = Int(offset)
    return UnsafeRawBufferPointer(rebasing: buffer[start..<start + Int(min(size, count - offset))])
  }
}

extension UInt64 {
  /// The sum, or nil when it overflows.
  func adding(_ other: UInt64) -> UInt64? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }

  /// The product, or nil when it overflows.
  func multiplied(by other: UInt64) -> UInt64? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }
}

/// The numbers of the ELF-64 format that the host looks at, with the standard's names in lower camel case.
enum ELF {
  static let magic: [UInt8] = [0x7F, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F")]
  static let headerSize: UInt64 = 64
  static let programHeaderSize: UInt64 = 56
  static let dynamicEntrySize: UInt64 = 16
  static let symbolSize: UInt64 = 24

  static let class64: UInt8 = 2
  static let littleEndian: UInt8 = 1

  static let typeRelocatable: UInt16 = 1
  static let typeExecutable: UInt16 = 2
  static let typeShared: UInt16 = 3
  static let typeCore: UInt16 = 4

  static let segmentLoad: UInt32 = 1
  static let segmentDynamic: UInt32 = 2
  static let segmentInterpreter: UInt32 = 3
  static let segmentNote: UInt32 = 4
  static let segmentStack: UInt32 = 0x6474_E551
  static let flagExecute: UInt32 = 1

  static let tagNull: UInt64 = 0
  static let tagNeeded: UInt64 = 1
  static let tagHash: UInt64 = 4
  static let tagStrings: UInt64 = 5
  static let tagSymbols: UInt64 = 6
  static let tagStringsSize: UInt64 = 10
  static let tagName: UInt64 = 14
  static let tagRunPathOld: UInt64 = 15
  static let tagRunPath: UInt64 = 29
  static let tagGNUHash: UInt64 = 0x6FFF_FEF5
  static let tagFlags1: UInt64 = 0x6FFF_FFFB
  static let flag1Executable: UInt64 = 0x0800_0000

  static let noteBuildID: UInt32 = 3
}

/// A processor architecture, as the `e_machine` field of an ELF file numbers them.
public struct ELFMachine: Sendable, Hashable, CustomStringConvertible {
  public let number: UInt16

  public init(number: UInt16) { self.number = number }

  public static let amd64 = ELFMachine(number: 62)
  public static let arm64 = ELFMachine(number: 183)

  #if arch(x86_64)
    /// The architecture that this host runs on.
    public static let host = amd64
  #elseif arch(arm64)
    /// The architecture that this host runs on.
    public static let host = arm64
  #else
    #error("Add this architecture's ELF machine number")
  #endif

  /// The usual name, such as `x86-64`, or `machine 4711` for one that is rare.
  public var description: String {
    switch number {
    case 3: "x86 (32-bit)"
    case 8: "MIPS"
    case 20: "PowerPC"
    case 21: "PowerPC 64"
    case 22: "s390"
    case 40: "ARM (32-bit)"
    case 62: "x86-64"
    case 183: "aarch64"
    case 243: "RISC-V"
    case 258: "LoongArch"
    default: "machine \(number)"
    }
  }
}
