/// Writes the C header by which plugins call a service: a typed inline wrapper for each method that has a typed form.
struct ServiceHeader {
  private let service: ServiceDeclaration
  private let plugin: PluginID

  init(_ service: ServiceDeclaration, of plugin: PluginID) {
    self.service = service
    self.plugin = plugin
  }

  /// The text of the header; C11 and C++17.
  var text: String {
    let guardName = "ORCHESTRON_SERVICE_\(macro(service.name))_H"
    let parts = service.methods.map { $0.flags.contains(.stream) ? streamNote($0) : wrapper($0) }
    return """
      /* The service \(service.name) \(service.version) of plugin \(plugin): \(comment(service.doc))
       *
       * Written by `orchestron plugin header \(service.name)`. Import each method once, in `create` or `start`:
       *
       *     host->v->import_slot(host, ctx, ORCH_FROM_LOOP, NAME, NAME_SIGNATURE, &slot);
       *
       * and name the service in "requires" or "optional" of plugin.json. */
      #ifndef \(guardName)
      #define \(guardName)

      #include <orchestron/host.h>

      #ifdef __cplusplus
      extern "C" {
      #endif

      \(parts.joined(separator: "\n"))
      #ifdef __cplusplus
      }
      #endif
      #endif

      """
  }

  private func streamNote(_ method: MethodDeclaration) -> String {
    "/* \(method.fullName) is a stream and has no typed form: call it by host->v->call. */\n"
  }

  private func wrapper(_ method: MethodDeclaration) -> String {
    let name = "\(service.name)_\(method.name)"
    let macro = "\(macro(service.name))_\(macro(method.name))"
    let parameters = method.parameters.map { (type: cType($0.type), name: identifier($0.name.string)) }
    let result = method.result == .nothing ? nil : resultType(method.result)
    let types = ["void *", "orch_ctx *"] + parameters.map(\.type) + (result.map { ["\($0) *"] } ?? [])
    let values =
      ["entry.target->self", "ctx ? ctx : slot->ctx"] + parameters.map(\.name) + (result == nil ? [] : ["result"])
    let declared =
      ["orch_slot *slot", "orch_ctx *ctx"] + parameters.map { "\($0.type) \($0.name)" }
      + (result.map { ["\($0) *result"] } ?? [])
    return """
      /* \(comment(method.doc))
      \(explanation(method)) */
      #define \(macro) "\(method.fullName)"
      #define \(macro)_SIGNATURE "\(method.signature)"
      static inline orch_status \(name)(\(declared.joined(separator: ", "))) {
          orch_entry entry = orch_slot_enter(slot);
          orch_status status = ((orch_status (*)(\(types.joined(separator: ", "))))entry.target->fn)(
              \(values.joined(separator: ", ")));
          orch_slot_leave(entry);
          return status;
      }

      """
  }

  /// The lines of a method's comment after the first.
  private func explanation(_ method: MethodDeclaration) -> String {
    var lines = method.parameters.map { " *   \($0.name.string): \(comment($0.doc))" }
    let needsWorker =
      method.flags.contains(.worker) || (!method.isNative && !method.flags.contains(.answersNow))
    if resultType(method.result) == "orch_buf" {
      lines.append(" * The result is yours: give it back by orch_buf_release.")
    }
    lines.append(
      " * Import it \(needsWorker ? "from ORCH_FROM_WORKER alone" : "from ORCH_FROM_LOOP or ORCH_FROM_WORKER").")
    return lines.joined(separator: "\n")
  }

  private func cType(_ type: ValueType) -> String {
    switch type {
    case .bool: "uint8_t"
    case .int: "int64_t"
    case .double: "double"
    case .string, .bytes, .json: "orch_str"
    case .nothing: "void"
    }
  }

  private func resultType(_ type: ValueType) -> String {
    switch type {
    case .string, .bytes, .json: "orch_buf"
    default: cType(type)
    }
  }

  /// `getByKey` as `GET_BY_KEY`.
  private func macro(_ name: String) -> String {
    var text = ""
    for character in name {
      if character.isUppercase { text += "_" }
      text += character.uppercased()
    }
    return text
  }

  /// A parameter's name as C and C++ take it.
  private func identifier(_ name: String) -> String { ServiceHeader.taken.contains(name) ? name + "_" : name }

  private func comment(_ text: String) -> String {
    text.replacing("*/", with: "* /").replacing("/*", with: "/ *").replacing("\n", with: " ")
  }

  /// The names of the wrapper itself, and the keywords of C11 and C++17 that a parameter's name could be.
  private static let taken: Set<String> = [
    "slot", "ctx", "entry", "status", "result", "alignas", "alignof", "and", "asm", "auto", "bitand", "bitor", "bool",
    "break", "case", "catch", "char", "class", "compl", "const", "constexpr", "continue", "decltype", "default",
    "delete",
    "do", "double", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "nullptr", "operator", "or", "private",
    "protected", "public", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch",
    "template", "this", "throw", "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using",
    "virtual",
    "void", "volatile", "while", "xor",
  ]
}

extension Inspection {
  /// The C header of one of the plugin's services; nil when it declares no such service.
  public func header(of service: String) -> String? {
    services.first { $0.name == service }.map { ServiceHeader($0, of: id).text }
  }
}
