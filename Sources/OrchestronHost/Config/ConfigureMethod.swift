import CHost

/// The method `host.configure`, behind `PATCH /api/config`.
enum ConfigureMethod {
  static func declaration() throws(Failure) -> MethodDeclaration {
    let parameters = [
      try parameter("host", "What changes of the section host. Null goes back to the default."),
      try parameter("plugins", "What changes of the sections of plugins, by their ids."),
    ]
    return MethodDeclaration(
      service: "host", name: "configure",
      doc: "Changes the configuration while the host runs: a merge patch (RFC 7396) for the configuration file. All or "
        + "nothing; only keys whose schema says x-runtime. Answers as config does, with the file that keeps it, or null.",
      flags: [.handler, .write, .idempotent], route: "PATCH /api/config", permission: "admin",
      examples: [["args": ["host": ["logLevel": "info"]]]], parameters: parameters, result: .json, resultSchema: nil,
      resultSchemaSource: nil, function: unsafeBitCast(handler, to: (@convention(c) () -> Void).self), user: nil)
  }

  private static func parameter(_ name: String, _ doc: String) throws(Failure) -> ParameterDeclaration {
    let schema: JSON = ["type": "object"]
    let fallback = JSONDocument()
    do {
      try fallback.parse(Array("null".utf8))
      return ParameterDeclaration(
        name: name, type: .json, doc: doc, schema: try Schema(compiling: schema, strict: true), schemaSource: schema,
        fallback: ParameterDeclaration.Fallback(document: fallback))
    } catch {
      throw Failure(.internal, "the declaration of host.configure is broken: \(error)")
    }
  }

  /// An `orch_handler`. Answers once the file is written.
  private static let handler: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_call>?) -> Void = {
    instance, pointer in
    guard let instance, let call = Call.behind(pointer), let method = call.method else { return }
    let host = Unmanaged<Host>.fromOpaque(instance).takeUnretainedValue()
    var patch: JSONObject = [:]
    for (parameter, argument) in zip(method.declaration.parameters, call.arguments) {
      if let argument, !argument.isNull { patch[parameter.name.string] = argument.json }
    }
    call.retain()
    host.running.change(ConfigurationPatch(json: .object(patch)), by: call.context.actor.string) { outcome in
      switch outcome {
      case .success(let json): _ = host.dispatcher.answer(call, .copying(json.bytes), isValidated: true)
      case .failure(let failure): _ = host.dispatcher.fail(call, failure)
      }
      host.dispatcher.released(call)
    }
  }
}
