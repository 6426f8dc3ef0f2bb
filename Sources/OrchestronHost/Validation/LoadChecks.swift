import CHost

/// What the library says of itself, before any instance is made.
extension Subject {
  /// The descriptor, as the host takes it.
  private func descriptor(_ bench: TestBench) throws(Failure) -> UnsafePointer<orch_plugin> {
    let path: String
    do throws(PluginFault) { path = try manifest.libraryPath() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    report.step("the entry function")
    return try bench.host.library().open(path, of: bench.plugin)
  }

  private func idleBench() throws(Failure) -> TestBench {
    try TestBench(task, manifest, workspace: workspace, report, log, .byHand)
  }

  func checkEntry() throws(Failure) { _ = try descriptor(try idleBench()) }

  /// Services, methods and topics, all of them well formed. Tells the parent the methods.
  func checkDeclarations() throws(Failure) {
    let descriptor = try descriptor(try idleBench()).pointee
    let reader = DeclarationReader()
    let services = try reader.services(descriptor.services, count: descriptor.n_services)
    _ = try reader.topics(descriptor.topics, count: descriptor.n_topics)
    let methods = services.flatMap(\.methods)
    report.tell([
      "id": .string(cString(descriptor.id) ?? ""),
      "version": .string(cString(descriptor.version) ?? ""),
      "provides": .object(JSONObject(services.map { ($0.name, .string($0.version.description)) })),
      "methods": .array(methods.map { .string($0.fullName) }),
      "hasExamples": .bool(methods.contains { $0.examples?.array?.isEmpty == false }),
      "hasAnyThread": .bool(methods.contains { $0.flags.contains(.anyThread) && $0.isNative }),
    ])
  }

  func checkManifestAndBinary() throws(Failure) {
    let bench = try idleBench()
    report.step("loading")
    try bench.load()
  }
}
