import CHost

/// The functions behind `orch_call_verbs`.
enum CallVerbs {
  /// One constant table for all calls, never freed.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<orch_call_verbs> = {
    let table = UnsafeMutablePointer<orch_call_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_call_verbs(
        size: UInt32(MemoryLayout<orch_call_verbs>.size),
        ctx: { Call.behind($0)?.context.pointer },
        user: { Call.behind($0)?.method?.declaration.user },
        arg_bool: { call, name, out in
          guard let value = Call.behind(call)?.argument(name, .bool)?.bool, let out else { return 0 }
          out.pointee = value ? 1 : 0
          return 1
        },
        arg_i64: { call, name, out in
          guard let value = Call.behind(call)?.argument(name, .int)?.int, let out else { return 0 }
          out.pointee = value
          return 1
        },
        arg_f64: { call, name, out in
          guard let value = Call.behind(call)?.argument(name, .double)?.double, let out else { return 0 }
          out.pointee = value
          return 1
        },
        arg_str: { call, name, out in
          guard let value = Call.behind(call)?.argument(name, .string)?.stringBytes, let out else { return 0 }
          out.pointee = orch_str(bytes: value)
          return 1
        },
        arg_bytes: { call, name, out in
          guard let call = Call.behind(call), let text = call.argument(name, .bytes)?.stringBytes,
            let bytes = Base64.decode(text), let out
          else { return 0 }
          out.pointee = call.keep(bytes.withUnsafeBytes { Text(copying: $0) })
          return 1
        },
        arg_json: { call, name, out in
          guard let call = Call.behind(call), let value = call.argument(name, .json), let out else { return 0 }
          out.pointee = call.keep(Text(value))
          return 1
        },
        args: { call in
          guard let call = Call.behind(call), let method = call.method else { return .empty }
          return call.keep(Text(arguments: call.arguments, of: method.declaration))
        },
        retain: { Call.behind($0)?.retain() },
        release: { pointer in
          guard let call = Call.behind(pointer) else { return }
          call.dispatcher.released(call)
        },
        answer: { pointer, json, flags in
          var json = json
          guard let call = Call.behind(pointer) else {
            json.drop()
            return Status.invalidArgument.rawValue
          }
          return call.dispatcher.answer(call, json, isValidated: flags & UInt32(ORCH_ANSWER_VALIDATED) != 0).rawValue
        },
        fail: { pointer, status, message, details in
          guard let call = Call.behind(pointer) else { return Status.invalidArgument.rawValue }
          return call.dispatcher.fail(call, Failure(Status(code: status), message: message, details: details)).rawValue
        },
        emit: { pointer, json in
          guard let call = Call.behind(pointer) else { return Status.invalidArgument.rawValue }
          return call.dispatcher.emit(call, json).rawValue
        },
        on_cancel: { pointer, task in
          guard let call = Call.behind(pointer) else { return }
          call.dispatcher.onCancel(call, task)
        },
        on_writable: { pointer, task in
          guard let call = Call.behind(pointer) else { return }
          call.dispatcher.onWritable(call, task)
        }))
    return table
  }()
}

extension Text {
  /// The JSON text of a value.
  convenience init(_ element: JSONElement) {
    var writer = JSONWriter()
    writer.element(element)
    self.init(copying: writer.bytes)
  }

  /// All arguments as one object, defaults included.
  convenience init(arguments: [JSONElement?], of method: MethodDeclaration) {
    var writer = JSONWriter()
    writer.beginObject()
    for (parameter, argument) in zip(method.parameters, arguments) {
      guard let argument else { continue }
      writer.key(parameter.name.string)
      writer.element(argument)
    }
    writer.endObject()
    self.init(copying: writer.bytes)
  }
}

extension Failure {
  /// A failure in a plugin's words. What is not UTF-8 is repaired, details that are not JSON are left out, and an `ok` is
  /// a fault of the plugin.
  init(_ status: Status, message: orch_str, details: orch_str) {
    let text = message.string
    if status == .ok {
      self.init(.internal, "the method failed with status ok: \(text)")
    } else {
      self.init(status, text, details: details.n == 0 ? nil : try? JSON(parsing: details.bytes))
    }
  }
}
