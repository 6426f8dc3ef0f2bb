import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct ELFImageTests {
  private let folder: TestFolder
  private let library: [UInt8]

  init() throws {
    folder = try TestFolder()
    library = try ELFSample.library(in: folder)
  }

  @Test(arguments: [
    [], ["-s"], ["-Wl,--hash-style=sysv"], ["-Wl,--hash-style=gnu"], ["-Wl,-z,separate-code"], ["-nostdlib"],
  ])
  func acceptsRealLibraries(flags: [String]) throws {
    #expect(ELFSample.fault(in: try ELFSample.library(in: folder, flags: flags)) == nil)
  }

  @Test func acceptsTheSystemsLibraries() throws {
    // Of libc itself no: it is a program, too.
    let paths = ["/usr/lib/x86_64-linux-gnu/libm.so.6", "/usr/lib/aarch64-linux-gnu/libm.so.6"]
    let present = paths.filter { (try? TestFolder.read($0)) != nil }
    #expect(!present.isEmpty)
    for path in present { try ELFImage.check(path: path) }
  }

  // MARK: What is no library

  @Test(arguments: [
    ("", "an empty file"), ("#!/bin/sh\necho", "a script"), ("<!DOCTYPE html><p>", "an HTML page (a failed download?)"),
    ("\n  <HTML>", "an HTML page (a failed download?)"), ("Not Found\n", "a text file"), ("{\"id\": 1}", "a text file"),
    ("ä ö ü", "a text file"), ("!<arch>\nlib.o/", "a static library"), ("MZ\u{0}\u{1}", "a Windows library or program"),
    ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer (the real file was not fetched)"),
    ("PK\u{3}\u{4}", "a zip archive"), ("\u{0}\u{1}\u{2}\u{3}", "a file of unknown format"),
    ("\u{0}asm\u{1}", "a WebAssembly module"),
  ])
  func saysWhatAForeignFileLooksLike(content: String, description: String) {
    let fault = ELFSample.fault(in: Array(content.utf8))
    #expect(fault?.kind == .notALibrary)
    #expect(fault?.reason == "this is not a library but \(description); put the built library here")
  }

  @Test func refusesPrograms() throws {
    for flags in [["-pie"], ["-no-pie"], ["-static-pie"], ["-static"]] {
      let program = try TestFolder.read(ELFSample.build(in: folder, flags: ["-DMAIN", "-fPIE"] + flags + ["-lm"]))
      let fault = ELFSample.fault(in: program)
      #expect(fault?.reason == "this is a program, not a shared library; link it with -shared", "\(flags)")
      #expect(fault?.kind == .notShared)
    }
  }

  @Test func refusesAnObjectFile() throws {
    let object = try TestFolder.read(ELFSample.build(in: folder, flags: ["-c", "-fPIC"]))
    #expect(
      ELFSample.fault(in: object)?.reason == "this is an object file, not a shared library; link it with -shared")
  }

  // MARK: What is for another host

  @Test func namesBothMachines() {
    let foreign = ELFMachine(number: ELFMachine.host == .amd64 ? 183 : 62)
    let fault = ELFSample.fault(in: library.replacing(at: 18, with: foreign.number))
    #expect(fault?.kind == .wrongMachine)
    let host = ELFMachine.host
    #expect(fault?.reason == "this library is built for \(foreign), this host is \(host); build it for \(host)")
  }

  @Test func namesARareMachineByItsNumber() {
    let fault = ELFSample.fault(in: library.replacing(at: 18, with: UInt16(4711)), host: .amd64)
    #expect(fault?.reason == "this library is built for machine 4711, this host is x86-64; build it for x86-64")
  }

  @Test func refusesAnotherWordSizeOrByteOrder() {
    #expect(ELFSample.fault(in: library.replacing(at: 4, with: UInt8(1)))?.kind == .wrongClass)
    #expect(ELFSample.fault(in: library.replacing(at: 4, with: UInt8(9)))?.kind == .wrongClass)
    #expect(ELFSample.fault(in: library.replacing(at: 5, with: UInt8(2)))?.kind == .wrongByteOrder)
    #expect(ELFSample.fault(in: library.replacing(at: 5, with: UInt8(0)))?.kind == .wrongByteOrder)
  }

  // MARK: What is damaged

  @Test func refusesEveryTruncation() {
    for length in 1..<library.count {
      let fault = ELFSample.fault(in: Array(library[..<length]))
      #expect(fault?.kind == .truncated, "\(length) bytes: \(fault?.reason ?? "accepted")")
    }
  }

  @Test func saysHowManyBytesAreMissing() {
    let size = library.count
    #expect(
      ELFSample.fault(in: Array(library[..<(size - 100)]))?.reason
        == "this library is truncated: it has \(size - 100) of at least \(size) bytes, 100 are missing; copy or build it again"
    )
    #expect(
      ELFSample.fault(in: Array(library[..<10]))?.reason.contains("it has 10 of at least 64 bytes, 54 are missing")
        == true)
  }

  @Test func refusesATruncationThatLeavesNoSectionHeaders() {
    // Without section headers the segments alone tell the size.
    let stripped = library.replacing(at: 40, with: UInt64(0)).replacing(at: 60, with: UInt16(0))
    #expect(ELFSample.fault(in: stripped) == nil)
    #expect(ELFSample.fault(in: Array(stripped[..<4096]))?.kind == .truncated)
  }

  @Test(arguments: [
    (54, UInt16(32), "its program headers have 32 bytes each instead of 56"),
    (54, UInt16(0), "its program headers have 0 bytes each instead of 56"),
    (56, UInt16(0), "its number of program headers, 0, is impossible"),
    (56, UInt16.max, "its number of program headers, 65535, is impossible"),
  ])
  func refusesAHeaderTableThatCannotBe(offset: Int, value: UInt16, problem: String) {
    let fault = ELFSample.fault(in: library.replacing(at: offset, with: value))
    #expect(fault?.kind == .malformed)
    #expect(fault?.reason == "this library is damaged: \(problem); build it again")
  }

  @Test func refusesOffsetsThatOverflow() throws {
    let load = try library.programHeader(ofType: ELF.segmentLoad)
    for damaged in [
      library.replacing(at: 32, with: UInt64.max - 10),
      library.replacing(at: 40, with: UInt64.max - 10),
      library.replacing(at: load + 8, with: UInt64.max - 10),
      library.replacing(at: load + 16, with: UInt64.max - 10),
    ] {
      let fault = ELFSample.fault(in: damaged)
      #expect(fault?.kind == .malformed, "\(fault?.reason ?? "accepted")")
    }
  }

  @Test func refusesASegmentThatIsLargerInTheFileThanInMemory() throws {
    let load = try library.programHeader(ofType: ELF.segmentLoad)
    let fault = ELFSample.fault(in: library.replacing(at: load + 40, with: UInt64(8)))
    #expect(fault?.reason == "this library is damaged: segment 0 is larger in the file than in memory; build it again")
  }

  @Test func refusesALibraryWithoutADynamicSection() throws {
    let dynamic = try library.programHeader(ofType: ELF.segmentDynamic)
    let fault = ELFSample.fault(in: library.replacing(at: dynamic, with: UInt32(0)))
    #expect(fault?.kind == .notShared)
    #expect(fault?.reason.contains("no dynamic section") == true)
  }

  @Test func refusesADynamicSectionOutsideOfWhatIsLoaded() throws {
    let dynamic = try library.programHeader(ofType: ELF.segmentDynamic)
    for address in [UInt64.max, 1 << 40] {
      let fault = ELFSample.fault(
        in: library.replacing(at: dynamic + 16, with: address).replacing(at: dynamic + 40, with: UInt64(0)))
      #expect(
        fault?.reason == "this library is damaged: its dynamic section lies outside of what is loaded; build it again")
    }
  }

  @Test func refusesADynamicSectionWithoutEndOrTables() throws {
    let dynamic = try library.programHeader(ofType: ELF.segmentDynamic)
    let offset = Int(library.number(at: dynamic + 8, as: UInt64.self))
    var endless = library
    for at in stride(from: offset, to: endless.count - 16, by: 16) {
      endless = endless.replacing(at: at, with: UInt64(1))
    }
    #expect(ELFSample.fault(in: endless)?.kind == .malformed)

    let empty = library.replacing(at: offset, with: UInt64(0))
    #expect(ELFSample.fault(in: empty)?.reason.contains("it has no symbol table") == true)
  }

  // MARK: By path

  @Test func namesThePathOfTheFile() throws {
    let page = try folder.write("libx.so", "<html>")
    #expect(
      throws: PluginFault(
        path: page, reason: "this is not a library but an HTML page (a failed download?); put the built library here")
    ) { try ELFImage.check(path: page) }
    let empty = try folder.write("libempty.so", "")
    #expect(
      throws: PluginFault(path: empty, reason: "this is not a library but an empty file; put the built library here")
    ) {
      try ELFImage.check(path: empty)
    }
    #expect(throws: PluginFault(path: "/nowhere.so", reason: "the file cannot be opened: No such file or directory")) {
      try ELFImage.check(path: "/nowhere.so")
    }
    #expect(throws: PluginFault(path: folder.path, reason: "this is not a regular file; put the built library here")) {
      try ELFImage.check(path: folder.path)
    }
    #expect(
      throws: PluginFault(
        path: "/original.so", reason: "this is not a library but an empty file; put the built library here")
    ) {
      try ELFImage.check(path: empty, copiedFrom: "/original.so")
    }
    try ELFImage.check(path: folder.write("libgood.so", library))
  }
}

@Suite struct ELFContentsTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func contents(_ flags: String...) throws -> ELFContents {
    try ELFContents(path: ELFSample.build(in: folder, flags: ["-shared", "-fPIC"] + flags + ["-lm"]))
  }

  @Test(arguments: ["sysv", "gnu", "both"]) func listsTheSymbolsWhateverTheHashTable(style: String) throws {
    let contents = try contents("-Wl,--hash-style=\(style)")
    let exports = Dictionary(uniqueKeysWithValues: contents.exports.map { ($0.name, $0) })
    #expect(exports["orch_plugin_sample"]?.kind == .function)
    #expect(exports["orch_plugin_sample"]?.binding == .global)
    #expect(exports["sample_caller"]?.kind == .function)
    #expect(exports["sample_data"]?.kind == .object)
    #expect(exports["sample_thread_local"]?.kind == .threadLocal)
    #expect(exports["sample_weak"]?.binding == .weak)
    #expect(exports["sample_hidden"] == nil)
    #expect(exports["sample_static"] == nil)
    #expect(exports["sin"] == nil)
    let sine = contents.symbols.first { $0.name == "sin" }
    #expect(sine?.isDefined == false)
  }

  @Test func listsExactlyTheSymbolsOfTheVersionScript() throws {
    let script = try folder.write("only.map", "{ global: orch_plugin_sample; local: *; };")
    #expect(try contents("-Wl,--version-script=\(script)").exports.map(\.name) == ["orch_plugin_sample"])
  }

  @Test func listsImportsAloneWhenNothingIsExported() throws {
    let script = try folder.write("none.map", "{ local: *; };")
    let contents = try contents("-Wl,--version-script=\(script)", "-Wl,--hash-style=gnu")
    #expect(contents.exports.isEmpty)
    #expect(contents.symbols.contains { $0.name == "sin" })
  }

  @Test func readsTheNamesOfTheDynamicSection() throws {
    let contents = try contents("-Wl,-soname,libsample.so.1", "-Wl,-rpath,$ORIGIN/lib:/opt/x", "-Wl,--enable-new-dtags")
    #expect(contents.soname == "libsample.so.1")
    #expect(contents.needed.contains { $0.hasPrefix("libm.so") })
    #expect(contents.runPath == "$ORIGIN/lib:/opt/x")
  }

  @Test func readsTheOlderRunPathToo() throws {
    let contents = try contents("-Wl,-rpath,/opt/old", "-Wl,--disable-new-dtags")
    #expect(contents.runPath == "/opt/old")
    #expect(contents.soname == nil)
  }

  @Test func readsTheBuildID() throws {
    #expect(try contents("-Wl,--build-id=0x00ff12ab").buildID == "00ff12ab")
    #expect(try contents("-Wl,--build-id=none").buildID == nil)
  }

  @Test func seesAnExecutableStack() throws {
    #expect(try !contents("-Wl,-z,noexecstack").wantsExecutableStack)
    #expect(try contents("-Wl,-z,execstack").wantsExecutableStack)
  }

  @Test func refusesSymbolsWithHostileNames() throws {
    // A long string, and a table that names it in every one of thousands of symbols.
    let path = try folder.write(
      "many.c",
      "void " + String(repeating: "n", count: 60_000) + "(void) {}\n"
        + (0..<4_000).map { "void f\($0)(void) {}\n" }.joined())
    let output = folder.path + "/many.so"
    try run("cc", [path, "-o", output, "-shared", "-fPIC", "-nostdlib", "-Wl,--hash-style=sysv"])
    var bytes = try TestFolder.read(output)
    let (symbols, count, longest) = try bytes.withUnsafeBytes { buffer in
      let image = try ELFImage(checking: buffer)
      let contents = try ELFContents(of: image, in: buffer)
      let table = try #require(image.dynamicValue(ELF.tagSymbols).flatMap(image.offset(ofAddress:)))
      let longest = try #require(contents.symbols.firstIndex { $0.name.utf8.count == 60_000 })
      return (Int(table), contents.symbols.count, longest + 1)
    }
    let name = bytes.number(at: symbols + longest * 24, as: UInt32.self)
    for index in 1...count {
      bytes.withUnsafeMutableBytes {
        $0.storeBytes(of: name.littleEndian, toByteOffset: symbols + index * 24, as: UInt32.self)
      }
    }
    #expect(ELFSample.fault(in: bytes)?.reason.contains("impossibly long names") == true)
  }
}

@Suite struct ELFFuzzTests {
  /// Damages single bits, bytes and header fields. The check must answer; a trap would end the test run.
  @Test(arguments: [UInt64](1...8)) func answersWhateverTheBytesAre(seed: UInt64) throws {
    let folder = try TestFolder()
    let hash = seed.isMultiple(of: 2) ? "gnu" : "sysv"
    let library = try ELFSample.library(in: folder, flags: ["-Wl,--hash-style=\(hash)"])
    let dynamic = try Int(library.number(at: library.programHeader(ofType: ELF.segmentDynamic) + 8, as: UInt64.self))
    var random = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<4_000 {
      var bytes = library
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        switch Int.random(in: 0...4, using: &random) {
        case 0: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 1: bytes[Int.random(in: 6..<64, using: &random)] = .random(in: 0...255, using: &random)
        case 2: bytes[Int.random(in: 64..<700, using: &random)] = .random(in: 0...255, using: &random)
        case 3: bytes[Int.random(in: dynamic..<(dynamic + 400), using: &random)] = .random(in: 0...255, using: &random)
        default:
          let extreme: UInt64 =
            [0, 1, .max, .max - 7, 1 << 63, 1 << 31, UInt64(bytes.count)].randomElement(using: &random) ?? 0
          let at =
            Bool.random(using: &random)
            ? Int.random(in: 8..<80, using: &random) : dynamic / 8 + Int.random(in: 0..<50, using: &random)
          bytes = bytes.replacing(at: at * 8, with: extreme)
        }
      }
      if Int.random(in: 0..<8, using: &random) == 0 {
        bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      }
      if let fault = ELFSample.fault(in: bytes) {
        refused += 1
        #expect(fault.reason.hasPrefix("this "), "seed \(seed): \(fault.reason)")
      }
    }
    #expect(refused > 1_000)
  }

  @Test func answersToNoiseBehindAGoodBeginning() throws {
    let folder = try TestFolder()
    let beginning = try ELFSample.library(in: folder).prefix(24)
    var random = SeededGenerator(seed: 3)
    for _ in 0..<5_000 {
      let noise = (0..<Int.random(in: 0...2_000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(ELFSample.fault(in: beginning + noise) != nil)
    }
  }
}
