import CHost
import Glibc

/// Asks for extensions by ids that are nearly right: the answer to an unknown id is NULL.
extension Subject {
  func checkExtensionIDs() throws(Failure) {
    let bench = try bench()
    guard let descriptor = bench.plugin.descriptor, descriptor.pointee.extension != nil else { return }
    report.step("create")
    let instance = try bench.create()
    bench.adopt(instance)
    func isProvided(_ id: String) -> Bool {
      report.step("asking for the extension \(id.quoted)")
      return bench.plugin.extensionTable(id) != nil
    }
    for id in ["garbage", "", "/", "orchestron.", String(repeating: "x", count: 1 << 16)] where isProvided(id) {
      report.fail(
        "the plugin hands out a table for the extension \(id.shortened.quoted); an unknown id is answered with NULL")
      return
    }
    for id in try candidates() where isProvided(id) {
      if let wrong = Subject.nearMisses(of: id).first(where: isProvided) {
        report.fail(
          "the plugin hands out the table of \(id.quoted) for \(wrong.quoted); compare the whole id, and answer NULL "
            + "when it differs")
      }
    }
    report.step("destroy")
    bench.destroy(instance)
    bench.reportFaults()
  }

  /// Ids that begin or end like a right one.
  private static func nearMisses(of id: String) -> [String] {
    [
      "\(id)garbage", "\(id)0", "\(id) ", "\(id)/1", "\(id)\n", " \(id)", String(id.dropLast()), String(id.dropLast(2)),
      id.uppercased(), "x\(id)",
    ]
  }

  /// What looks like an id in the library, besides the ids of the SDK: nobody declares the extensions of a plugin.
  private func candidates() throws(Failure) -> [String] {
    var found: Set<String> = [ORCH_EXT_EVENT_STORE]
    found.formUnion(HostExtensions.tables.keys)
    do throws(PluginFault) {
      let file = try MappedFile(try manifest.libraryPath())
      for text in file.bytes.split(separator: 0) where (3...64).contains(text.count) && Subject.looksLikeID(text) {
        found.insert(String(decoding: text, as: UTF8.self))
      }
    } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    return found.sorted()
  }

  /// `name/1`: small letters, digits, dots and dashes, a slash, digits.
  private static func looksLikeID(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[1].allSatisfy(digits.contains) else {
      return false
    }
    return parts[0].allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || digits.contains(byte) || byte == UInt8(ascii: ".")
        || byte == UInt8(ascii: "-")
    }
  }
}
