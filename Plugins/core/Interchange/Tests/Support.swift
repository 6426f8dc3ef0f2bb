import Glibc
import PluginData
import Testing

@testable import Interchange

/// A file in the folder Fixtures.
func fixture(_ name: String, sourceFile: String = #filePath) throws -> [UInt8] {
  let folder = sourceFile.prefix { _ in true }.split(separator: "/").dropLast().joined(separator: "/")
  return try #require(bytes(ofFile: "/\(folder)/Fixtures/\(name)"), "there is no fixture \(name)")
}

func bytes(ofFile path: String) -> [UInt8]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    guard count > 0 else { return bytes }
    bytes += buffer[..<count]
  }
}

/// What came out of an import.
struct Imported {
  var items: [ImportedItem] = []
  var report: ImportReport

  var tasks: [ImportedTask] {
    items.compactMap { if case .task(let task) = $0 { task } else { nil } }
  }

  func task(_ sourceID: String) throws -> ImportedTask {
    try #require(tasks.first { $0.sourceID == sourceID }, "there is no task \(sourceID)")
  }

  var projects: [ImportedProject] {
    items.compactMap { if case .project(let project) = $0 { project } else { nil } }
  }

  var people: [String] {
    items.compactMap { if case .person(let person) = $0 { person.name } else { nil } }
  }

  var sprints: [ImportedSprint] {
    items.compactMap { if case .sprint(let sprint) = $0 { sprint } else { nil } }
  }
}

/// Imports content in pieces of a size.
func imported(
  _ format: ImportFormat, _ content: [UInt8], options: ImportOptions = ImportOptions(), pieces: Int = 4096
) throws -> Imported {
  var importer = Importer(format, options: options, parse: parseJSON)
  var items: [ImportedItem] = []
  var start = 0
  while start < content.count {
    let end = min(start + pieces, content.count)
    importer.feed(Array(content[start..<end]))
    while let item = try importer.next() { items.append(item) }
    start = end
  }
  importer.end()
  while let item = try importer.next() { items.append(item) }
  return Imported(items: items, report: importer.report)
}

func imported(
  _ format: ImportFormat, _ content: String, options: ImportOptions = ImportOptions(), pieces: Int = 4096
) throws -> Imported {
  try imported(format, Array(content.utf8), options: options, pieces: pieces)
}

extension ImportedTask {
  func text(_ field: String) -> String? { fields[field]?.string }
  func texts(_ field: String) -> [String] {
    guard case .array(let elements)? = fields[field] else { return [] }
    return elements.compactMap(\.string)
  }
}

extension ImportReport {
  func target(of field: String) -> String? { fields.first { $0.source == field }?.target }
  var unmapped: [String] { fields.filter { $0.target == nil && $0.count > 0 }.map(\.source).sorted() }
}

// MARK: JSON

struct JSONError: Error, CustomStringConvertible {
  var description: String
}

/// Parses JSON for tests: plain, and strict enough to see what is malformed.
@Sendable func parseJSON(_ bytes: [UInt8]) throws -> Value {
  var parser = TestJSONParser(bytes: bytes)
  let value = try parser.value()
  parser.skipSpaces()
  guard parser.place == bytes.count else { throw JSONError(description: "text behind the value") }
  return value
}

private struct TestJSONParser {
  let bytes: [UInt8]
  var place = 0

  var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func skipSpaces() {
    while let byte = next, [9, 10, 13, 32].contains(byte) { place += 1 }
  }

  mutating func expect(_ text: StaticString) throws {
    for byte in "\(text)".utf8 {
      guard next == byte else { throw JSONError(description: "no \(text) at byte \(place)") }
      place += 1
    }
  }

  mutating func value() throws -> Value {
    skipSpaces()
    switch next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try expect("true")
      return true
    case UInt8(ascii: "f"):
      try expect("false")
      return false
    case UInt8(ascii: "n"):
      try expect("null")
      return .null
    default: return try number()
    }
  }

  mutating func object() throws -> Fields {
    try expect("{")
    var members: [(String, Value)] = []
    skipSpaces()
    while next != UInt8(ascii: "}") {
      if !members.isEmpty { try expect(",") }
      skipSpaces()
      let name = try string()
      skipSpaces()
      try expect(":")
      members.append((name, try value()))
      skipSpaces()
    }
    place += 1
    return Fields(members)
  }

  mutating func array() throws -> [Value] {
    try expect("[")
    var elements: [Value] = []
    skipSpaces()
    while next != UInt8(ascii: "]") {
      if !elements.isEmpty { try expect(",") }
      elements.append(try value())
      skipSpaces()
    }
    place += 1
    return elements
  }

  mutating func number() throws -> Value {
    let start = place
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { place += 1 }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if let int = Int64(text) { return .int(int) }
    guard let double = Double(text) else { throw JSONError(description: "no value at byte \(start)") }
    return .double(double)
  }

  mutating func string() throws -> String {
    try expect("\"")
    var units: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escape = next else { break }
        place += 1
        switch escape {
        case UInt8(ascii: "n"): units.append(10)
        case UInt8(ascii: "t"): units.append(9)
        case UInt8(ascii: "r"): units.append(13)
        case UInt8(ascii: "b"): units.append(8)
        case UInt8(ascii: "f"): units.append(12)
        case UInt8(ascii: "u"): units += try escapedScalar()
        default: units.append(escape)
        }
      default: units.append(byte)
      }
    }
    throw JSONError(description: "a string is not closed")
  }

  mutating func escapedScalar() throws -> [UInt8] {
    guard place + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
    else { throw JSONError(description: "a broken escape") }
    place += 4
    guard let scalar = Unicode.Scalar(code) else { throw JSONError(description: "half a surrogate pair") }
    return Array(String(scalar).utf8)
  }
}
