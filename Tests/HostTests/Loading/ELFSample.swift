@testable import OrchestronHost

/// Small libraries and programs, built by the system's compiler for the test that asks.
enum ELFSample {
  static let source = """
    #include <math.h>
    int orch_plugin_sample(void) { return 1; }
    int sample_data = 7;
    __thread int sample_thread_local = 8;
    __attribute__((weak)) double sample_weak(double x) { return sin(x) + cos(x * x); }
    __attribute__((visibility("hidden"))) int sample_hidden(void) { return 2; }
    static int sample_static(void) { return 3; }
    int sample_caller(void) { return sample_hidden() + sample_static(); }
    """

  /// Builds a shared library from ``source``; answers its content.
  static func library(in folder: TestFolder, flags: [String] = []) throws -> [UInt8] {
    try TestFolder.read(build(in: folder, flags: ["-shared", "-fPIC", "-Wl,-soname,libsample.so.1"] + flags + ["-lm"]))
  }

  /// Runs the compiler on ``source`` (plus `main` when asked for by `-DMAIN`); answers the path of the result.
  static func build(in folder: TestFolder, flags: [String]) throws -> String {
    let source = try folder.write("sample.c", source + "\n#ifdef MAIN\nint main(void) { return 0; }\n#endif\n")
    let output = folder.path + "/sample.out"
    try run("cc", [source, "-o", output] + flags)
    return output
  }

  /// Checks bytes as the loader does and, when they pass, reads all tables. Answers the fault, if any.
  static func fault(in bytes: [UInt8], host: ELFMachine = .host) -> ELFFault? {
    bytes.withUnsafeBytes { buffer in
      do throws(ELFFault) {
        _ = try ELFContents(of: ELFImage(checking: buffer, host: host), in: buffer)
        return nil
      } catch {
        return error
      }
    }
  }
}

extension [UInt8] {
  /// A copy in which the little-endian number at `offset` is another one.
  func replacing<Number: FixedWidthInteger>(at offset: Int, with number: Number) -> [UInt8] {
    var copy = self
    copy.withUnsafeMutableBytes { $0.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self) }
    return copy
  }

  func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
    withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
  }

  /// The offset of the first program header of a type.
  func programHeader(ofType type: UInt32) throws -> Int {
    let table = Int(number(at: 32, as: UInt64.self))
    for index in 0..<Int(number(at: 56, as: UInt16.self)) where number(at: table + index * 56, as: UInt32.self) == type
    {
      return table + index * 56
    }
    throw SystemError("no program header of type \(type)")
  }
}
