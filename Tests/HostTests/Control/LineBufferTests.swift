import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct LineBufferTests {
  @Test func givesTheSameLinesHoweverTheBytesAreCut() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let lines = (0..<Int.random(in: 0...20, using: &random)).map { _ in
        (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 11...255, using: &random) }
      }
      let bytes: [UInt8] = lines.flatMap { line -> [UInt8] in line + [10] } + [65]
      var buffer = LineBuffer()
      var found: [[UInt8]] = []
      var position = 0
      while position < bytes.count {
        let end = min(bytes.count, position + Int.random(in: 1...30, using: &random))
        bytes[position..<end].withUnsafeBytes { buffer.append($0) }
        position = end
        while Bool.random(using: &random), let line = buffer.next({ Array($0) }) { found.append(line) }
      }
      while let line = buffer.next({ Array($0) }) { found.append(line) }
      #expect(found == lines, "seed \(seed)")
      #expect(buffer.count == 1, "seed \(seed)")
    }
  }

  @Test func seesThatALineIsTooLong() {
    var buffer = LineBuffer()
    let chunk = [UInt8](repeating: 65, count: 1 << 20)
    for _ in 0..<LineBuffer.limit >> 20 {
      chunk.withUnsafeBytes { buffer.append($0) }
      #expect(buffer.next { _ in } == nil)
      #expect(!buffer.isTooLong)
    }
    [UInt8](arrayLiteral: 65).withUnsafeBytes { buffer.append($0) }
    #expect(buffer.next { _ in } == nil)
    #expect(buffer.isTooLong)
  }
}
