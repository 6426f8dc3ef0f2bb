import PluginData

/// Writes tasks piece by piece into a form that others can read.
///
/// ```swift
/// var export = TaskExport(.csv)
/// for task in tasks {
///   export.add(task)
///   send(export.take())
/// }
/// export.end()
/// send(export.take())
/// ```
public struct TaskExport: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    /// One JSON list.
    case json
    /// A JSON object to a line.
    case ndjson
    /// RFC 4180, a row of names first. Lists are rows within a value, checkpoints JSON; texts that a spreadsheet would
    /// take for a formula begin with an apostrophe.
    case csv
  }

  public let format: Format
  private var bytes: [UInt8] = []
  private var isEmpty = true

  public init(_ format: Format) {
    self.format = format
    if format == .csv { CSVText.append(OwnFields.order, to: &bytes) }
  }

  /// Adds a task with all its fields. CSV has no columns for fields that an import does not know.
  public mutating func add(_ task: Fields) {
    switch format {
    case .json:
      bytes += (isEmpty ? "[\n" : ",\n").utf8
      bytes += task.json
    case .ndjson:
      bytes += task.json
      bytes.append(.lineFeed)
    case .csv: CSVText.append(OwnFields.order.map { TaskExport.cell(task[$0]) }, to: &bytes)
    }
    isEmpty = false
  }

  /// Completes the text; nothing may be added afterwards.
  public mutating func end() {
    if format == .json { bytes += (isEmpty ? "[]\n" : "\n]\n").utf8 }
  }

  /// Takes away what has been written since the last time.
  public mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  private static func cell(_ value: Value?) -> String {
    switch value {
    case .string(let text): CSVText.guarded(text)
    case .array(let elements) where elements.allSatisfy { $0.string != nil }:
      elements.isEmpty ? "" : CSVText.guarded(CSVText.list(elements.compactMap(\.string)))
    case .array, .object: value.map { CSVText.guarded(json($0)) } ?? ""
    default: value?.text ?? ""
    }
  }

  private static func json(_ value: Value) -> String {
    var writer = JSONWriter()
    writer.value(value)
    return writer.text
  }
}
