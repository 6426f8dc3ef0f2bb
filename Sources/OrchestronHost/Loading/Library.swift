import CHost
import Glibc

/// Opens plugin libraries: checked, from a private copy, and for ever.
///
/// Libraries are never closed: a Swift image cannot be unloaded safely.
struct Library {
  /// The folder for private copies, so that a library overwritten in place cannot hurt the process that runs it.
  let copies: String

  /// Opens a plugin's library, finds its entry function, calls it, and checks the descriptor against the manifest.
  func load(_ plugin: Plugin) throws(Failure) -> UnsafePointer<orch_plugin> {
    let manifest = plugin.manifest
    let path: String
    do throws(PluginFault) { path = try manifest.libraryPath() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    let descriptor = try open(path, of: plugin)
    try checkAgreement(descriptor, manifest, path)
    return descriptor
  }

  /// Opens the library at `path` for a plugin of that id: up to the descriptor by itself.
  func open(_ path: String, of plugin: Plugin) throws(Failure) -> UnsafePointer<orch_plugin> {
    let manifest = plugin.manifest
    let copy = "\(copies)/\(manifest.id)-\(plugin.number).so"
    try copyFile(path, to: copy)
    do throws(PluginFault) { try ELFImage.check(path: copy, copiedFrom: path) } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    guard let image = dlopen(copy, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
      throw Failure(
        .failedPrecondition, "\(path) cannot be loaded: \(reason.replacing(copy, with: manifest.library))")
    }
    guard let symbol = dlsym(image, manifest.entrySymbol) else {
      throw Failure(
        .failedPrecondition,
        "\(path) does not export \(manifest.entrySymbol); define it with ORCH_PLUGIN and check that it is not hidden")
    }
    let entry = unsafeBitCast(symbol, to: orch_plugin_entry.self)
    var descriptor: UnsafePointer<orch_plugin>?
    if let failure = plugin.enter("its entry function", { chost_entry(entry, plugin.pointer, &descriptor, $0) }) {
      throw failure
    }
    guard let descriptor else {
      throw Failure(.failedPrecondition, "\(manifest.entrySymbol) of \(path) returned NULL instead of a descriptor")
    }
    try checkHead(descriptor, path)
    return descriptor
  }

  /// Checks the fixed head of a descriptor first, then the rest.
  private func checkHead(_ descriptor: UnsafePointer<orch_plugin>, _ path: String) throws(Failure) {
    func refuse(_ reason: String) -> Failure { Failure(.failedPrecondition, "\(path): \(reason)") }
    let head = UnsafeRawPointer(descriptor)
    let magic = head.load(fromByteOffset: 4, as: UInt32.self)
    guard magic == UInt32(ORCH_MAGIC) else {
      throw refuse(
        "the descriptor's magic number is 0x\(String(magic, radix: 16)), not ORCH_MAGIC; is this an Orchestron plugin?")
    }
    let (major, minor) = (descriptor.pointee.abi_major, descriptor.pointee.abi_minor)
    let host = "this host offers ABI \(ORCH_ABI_MAJOR).\(ORCH_ABI_MINOR)"
    guard Int32(major) == ORCH_ABI_MAJOR else {
      throw refuse("built for ABI \(major).\(minor), but \(host); build it against this host's SDK")
    }
    guard Int32(minor) <= ORCH_ABI_MINOR else {
      throw refuse("needs ABI \(major).\(minor), but \(host); use a newer host")
    }
    guard Int(descriptor.pointee.size) >= MemoryLayout<orch_plugin>.size else {
      throw refuse(
        "the descriptor has size \(descriptor.pointee.size), smaller than the \(MemoryLayout<orch_plugin>.size) of revision 1"
      )
    }
    let unknown = descriptor.pointee.flags & 0xFFFF
    guard unknown == 0 else {
      throw refuse("the descriptor sets flag 0x\(String(unknown, radix: 16)), which this host does not know")
    }
    guard descriptor.pointee.id != nil, descriptor.pointee.version != nil else {
      throw refuse("the descriptor has no id or no version")
    }
  }

  /// Checks that the library is the plugin that its manifest describes.
  private func checkAgreement(
    _ descriptor: UnsafePointer<orch_plugin>, _ manifest: Manifest, _ path: String
  ) throws(Failure) {
    let (id, version) = (cString(descriptor.pointee.id) ?? "", cString(descriptor.pointee.version) ?? "")
    guard id == manifest.id, version == manifest.version.description else {
      throw Failure(
        .failedPrecondition,
        "\(path): "
          + "the library is \(id) \(version), but plugin.json says \(manifest.id) \(manifest.version); make them agree")
    }
  }

  private func copyFile(_ source: String, to target: String) throws(Failure) {
    func failed(_ what: String) -> Failure {
      Failure(.failedPrecondition, "\(what): \(String(cString: strerror(errno)))")
    }
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let input = Glibc.open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard input >= 0 else { throw failed("\(source) cannot be read") }
    defer { close(input) }
    var info = stat()
    guard fstat(input, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      let kind = info.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw Failure(.failedPrecondition, "\(source): this is \(kind); put the built library here")
    }
    unlink(target)
    let output = Glibc.open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw failed("the private copy \(target) cannot be written") }
    defer { close(output) }
    while true {
      let copied = chost_copy_file_range(input, output, 1 << 30)
      if copied == 0 { return }
      guard copied > 0 else { return try copyByHand(input, output, failed) }
    }
  }

  /// For file systems between which the kernel does not copy.
  private func copyByHand(_ input: CInt, _ output: CInt, _ failed: (String) -> Failure) throws(Failure) {
    lseek(input, 0, SEEK_SET)
    lseek(output, 0, SEEK_SET)
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(input, &buffer, buffer.count)
      guard count >= 0 else { throw failed("the library cannot be read") }
      if count == 0 { return }
      var written = 0
      while written < count {
        let n = buffer.withUnsafeBytes { bytes in
          bytes.baseAddress.map { write(output, $0 + written, count - written) } ?? -1
        }
        guard n > 0 else { throw failed("the private copy cannot be written") }
        written += n
      }
    }
  }
}
