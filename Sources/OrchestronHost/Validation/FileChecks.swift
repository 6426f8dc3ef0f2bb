/// What can be said of a library without running anything of it.
extension Subject {
  private func libraryPath() throws(Failure) -> String {
    do throws(PluginFault) { return try manifest.libraryPath() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
  }

  private func contents() throws(Failure) -> ELFContents {
    let path = try libraryPath()
    do throws(PluginFault) { return try ELFContents(path: path) } catch {
      throw Failure(.failedPrecondition, error.description)
    }
  }

  /// A whole library for this machine.
  func checkFile() throws(Failure) { _ = try contents() }

  /// Names that linkers export by themselves.
  private static let linkerSymbols: Set<String> = ["_init", "_fini", "_edata", "_end", "__bss_start"]

  /// The entry function is all that others see.
  func checkExportedSymbols() throws(Failure) {
    let others = try contents().exports.map(\.name).filter {
      $0 != manifest.entrySymbol && !Subject.linkerSymbols.contains($0)
    }
    guard let first = others.first else { return }
    let more = others.count > 1 ? " and \(others.count - 1) more" : ""
    report.fail(
      "the library exports \(first)\(more) besides \(manifest.entrySymbol); "
        + "link it with the SDK's exports.map, so that its symbols cannot clash with those of others")
  }

  func checkExecutableStack() throws(Failure) {
    guard try contents().wantsExecutableStack else { return }
    report.fail(
      "the library asks for a stack that can hold code, which takes a protection from the whole process; "
        + "link it with -z noexecstack")
  }

  /// No second copy of a library that the process shares.
  func checkBundledLibraries() throws(Failure) {
    let path = try libraryPath()
    let contents = try contents()
    do throws(PluginFault) {
      for copy in try BundledCopies.find(in: path, contents) { report.fail(copy) }
    } catch {
      throw Failure(.failedPrecondition, error.description)
    }
  }
}
