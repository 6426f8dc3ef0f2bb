import CFakeHost
import PluginKit

extension JSON {
  /// Parses a JSON text.
  ///
  /// - Throws: ``Failure`` with ``Status/invalidArgument``, the place and the reason.
  public init(parsing text: String) throws(Failure) {
    var text = text
    let parsed: Result<JSONDocument, Failure> = text.withUTF8 { text in
      Result { () throws(Failure) in try JSONDocument(UnsafeRawBufferPointer(text), with: fake_json()) }
    }
    self.init(JSONValue(root: try parsed.get()))
  }

  private init(_ value: JSONValue) {
    switch value.kind {
    case .bool: self = .bool(value.bool == true)
    case .int: self = .int(Int64(value.int ?? 0))
    case .double: self = .double(value.double ?? 0)
    case .string: self = .string(value.string ?? "")
    case .array: self = .array(value.elements.map(JSON.init))
    case .object:
      self = .object(Dictionary(value.members.map { ($0.key, JSON($0.value)) }) { _, last in last })
    case .null, .absent: self = .null
    }
  }
}
