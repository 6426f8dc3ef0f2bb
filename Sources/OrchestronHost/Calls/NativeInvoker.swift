import CFFI
import CHost
import Glibc

/// Calls one native function by libffi: typed arguments out of JSON, the typed result into JSON.
///
/// Made once for each registered method.
final class NativeInvoker {
  let method: MethodDeclaration
  private let cif: UnsafeMutablePointer<ffi_cif>

  /// Room for one argument or result of any type.
  typealias Value = (UInt64, UInt64, UInt64, UInt64)

  init(_ method: MethodDeclaration) throws(Failure) {
    self.method = method
    cif = try FFITypes.cif(for: method.signatureTypes)
  }

  deinit { FFITypes.free(cif) }

  /// Calls the function with a call's bound arguments.
  ///
  /// - Returns: The status, or nil when an exception came out (its words are in `thrown`). On `ok` the result stands in
  ///   `result`, as `method.result` says.
  func invoke(
    _ call: Call, self instance: UnsafeMutableRawPointer?, result: UnsafeMutableRawPointer,
    thrown: UnsafeMutablePointer<chost_thrown>
  ) -> Status? {
    let parameters = method.parameters
    return withUnsafeTemporaryAllocation(of: Value.self, capacity: parameters.count + 1) { values in
      for (index, parameter) in parameters.enumerated() {
        values.baseAddress.map {
          NativeInvoker.store(call.arguments[index], parameter.type, at: $0 + index, keep: call.keep)
        }
      }
      return invoke(
        values: values.baseAddress, context: call.context.pointer, self: instance, result: result, thrown: thrown)
    }
  }

  /// Calls the function with values that are typed already, one behind the other.
  func invoke(
    values: UnsafeMutablePointer<Value>?, context: UnsafeMutablePointer<orch_ctx>?,
    self instance: UnsafeMutableRawPointer?, result: UnsafeMutableRawPointer?,
    thrown: UnsafeMutablePointer<chost_thrown>
  ) -> Status? {
    let count = method.parameters.count
    return withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: count + 3) { slots in
      var instance = instance
      var context = context
      var out = result
      var returned: ffi_arg = 0
      return withUnsafeMutablePointer(to: &instance) { instance in
        withUnsafeMutablePointer(to: &context) { context in
          withUnsafeMutablePointer(to: &out) { out in
            slots[0] = UnsafeMutableRawPointer(instance)
            slots[1] = UnsafeMutableRawPointer(context)
            for index in 0..<count { slots[2 + index] = values.map { UnsafeMutableRawPointer($0 + index) } }
            if method.result != .nothing { slots[2 + count] = UnsafeMutableRawPointer(out) }
            guard chost_native(cif, method.function, &returned, slots.baseAddress, thrown) else { return nil }
            return Status(code: Int32(truncatingIfNeeded: returned))
          }
        }
      }
    }
  }

  /// Writes the default of a parameter as its C type.
  static func storeDefault(
    of parameter: ParameterDeclaration, keeping texts: inout [Text], at place: UnsafeMutablePointer<Value>
  ) {
    store(parameter.fallback?.element, parameter.type, at: place) { text in
      texts.append(text)
      return text.str
    }
  }

  /// Writes one argument as its C type. A missing or null one is zero. What is made on the way is given to
  /// `keep`.
  private static func store(
    _ element: JSONElement?, _ type: ValueType, at place: UnsafeMutablePointer<Value>, keep: (Text) -> orch_str
  ) {
    let raw = UnsafeMutableRawPointer(place)
    switch type {
    case .bool: raw.storeBytes(of: element?.bool == true ? 1 : 0, as: UInt8.self)
    case .int: raw.storeBytes(of: element?.int ?? 0, as: Int64.self)
    case .double: raw.storeBytes(of: element?.double ?? 0, as: Double.self)
    case .string: raw.storeBytes(of: element?.stringBytes.map { orch_str(bytes: $0) } ?? .empty, as: orch_str.self)
    case .bytes:
      let bytes = element?.stringBytes.flatMap(Base64.decode)
      let kept = bytes.map { bytes in keep(bytes.withUnsafeBytes { Text(copying: $0) }) }
      raw.storeBytes(of: kept ?? .empty, as: orch_str.self)
    case .json: raw.storeBytes(of: element.map { keep(Text($0)) } ?? .empty, as: orch_str.self)
    case .nothing: break
    }
  }
}

extension MethodDeclaration {
  /// The types of the C function, as libffi has to know them.
  fileprivate var signatureTypes: (parameters: [ValueType], result: ValueType) { (parameters.map(\.type), result) }
}

/// libffi's descriptions of the types that cross in a declared method.
enum FFITypes {
  private static func type(_ letter: Unicode.Scalar) -> UnsafeMutablePointer<ffi_type>? {
    chost_ffi_type(CChar(truncatingIfNeeded: letter.value))
  }

  /// The call interface of `orch_status f(void *self, orch_ctx *ctx, …, result *)`, until ``free(_:)``.
  static func cif(
    for signature: (parameters: [ValueType], result: ValueType)
  ) throws(Failure) -> UnsafeMutablePointer<ffi_cif> {
    var types = [type("p"), type("p")] + signature.parameters.map { type(Unicode.Scalar($0.rawValue)) }
    if signature.result != .nothing { types.append(type("p")) }
    let list = UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>.allocate(capacity: types.count)
    for (index, type) in types.enumerated() { list[index] = type }
    let cif = UnsafeMutablePointer<ffi_cif>.allocate(capacity: 1)
    cif.initialize(to: ffi_cif())
    let status = ffi_prep_cif(cif, FFI_DEFAULT_ABI, UInt32(types.count), type("r"), list)
    guard status == FFI_OK else {
      free(cif)
      throw Failure(.internal, "libffi cannot describe a function of \(types.count) values")
    }
    return cif
  }

  static func free(_ cif: UnsafeMutablePointer<ffi_cif>) {
    cif.pointee.arg_types?.deallocate()
    cif.deallocate()
  }
}
