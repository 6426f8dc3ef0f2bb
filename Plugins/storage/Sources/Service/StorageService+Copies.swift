import PluginKit

/// The whole store on its way out and back in. Content travels as content: no method takes a path.
extension Storage {
  @MethodBuilder<Storage> static var copyingMethods: [Method<Storage>] {
    Method.async(
      "backup", [.read, .stream],
      doc: "Streams a consistent copy of the whole file, as pieces of bytes, then says how many there were.",
      route: "GET /api/storage/backup", permission: "admin", result: .json(schema: backupSchema),
      examples: #"[{"args":{}}]"#
    ) { plugin, call in
      try await translating { try await plugin.streamBackup(call) }
    }
    Method.async(
      "export", [.read, .stream],
      doc: "Streams all documents and sequences, a line of JSON each, then says how many lines there were.",
      route: "GET /api/storage/export", permission: "admin", result: .json(schema: exportSchema),
      examples: #"[{"args":{}}]"#
    ) { plugin, call in
      try await translating { try await plugin.streamExport(call) }
    }
    Method.async(
      "restore", [.write, .destructive, .internal],
      doc:
        "Takes a backup in pieces. When it is whole and sound it is pending: it replaces the file at the next start.",
      parameters: [
        .int("offset", "Where the piece belongs: what has come so far, or 0 to begin anew."),
        .int("total", "How many bytes the backup has."), .bytes("data", "The piece, at most 16 MiB."),
      ], result: .json
    ) { plugin, call in
      try await translating { try await plugin.restore(call) }
    }
    Method(
      "import", [.write, .idempotent, .internal],
      doc:
        "Takes lines of an export, at most 16 MiB, all or none; what is there already stays. Repeat what was cut off.",
      parameters: [.string("lines", "Whole lines, in the order of the export.")], result: .json,
      handler: answering { try $0.takeLines($1) })
  }

  private static let backupSchema = """
    {"type":"object","required":["bytes"],"properties":{"bytes":{"type":"integer"}}}
    """
  private static let exportSchema = """
    {"type":"object","required":["lines"],"properties":{"lines":{"type":"integer"}}}
    """

  /// The most bytes of one piece of a backup: 64 KiB of base64.
  nonisolated private static let pieceLimit = 48 << 10

  private func streamBackup(_ call: Call) async throws {
    let file = try store().file
    let copy = try await host.work { try StoreCopy(of: file) }
    var offset = 0
    while true {
      let start = offset
      let piece = try await host.work { try copy.bytes(at: start, count: Storage.pieceLimit) }
      guard !piece.isEmpty else { break }
      var json = JSONWriter(capacity: piece.count * 4 / 3 + 8)
      json.string(piece.withUnsafeBytes { Base64.encode($0) })
      try await call.send(Array(json.bytes))
      offset += piece.count
    }
    call.answer(json: Array(#"{"bytes":\#(offset)}"#.utf8))
  }

  private func streamExport(_ call: Call) async throws {
    let file = try store().file
    let copy = try await host.work { try StoreCopy(of: file) }
    var export = Export()
    var count = 0
    while !export.isFinished {
      let current = export
      let (next, lines) = try await host.work {
        var next = current
        let lines = try next.lines(from: copy)
        return (next, lines)
      }
      export = next
      for line in lines { try await call.send(line) }
      count += lines.count
    }
    call.answer(json: Array(#"{"lines":\#(count)}"#.utf8))
  }

  private func restore(_ call: Call) async throws {
    let restore = Restore(file: try store().file)
    let (offset, total) = (try call.int("offset"), try call.int("total"))
    let piece = Array(try call.bytes("data"))
    guard offset >= 0, total > 0, offset <= total, piece.count <= 16 << 20 else {
      throw StorageError(
        .invalidArgument,
        "offset is \(offset) of \(total) with \(piece.count) bytes; a piece of 16 MiB at most lies within")
    }
    let isPending = try await host.work { try restore.receive(piece, at: offset, of: total) }
    call.answer(json: Array(#"{"received":\#(offset + piece.count),"pending":\#(isPending)}"#.utf8))
  }

  private func takeLines(_ call: Call) throws {
    let lines = Array(try call.utf8("lines"))
    let retained = call.retain()
    try store().take(lines) { result in
      retained.finish(result) { imported in
        var json = JSONWriter()
        json.beginObject()
        json.member("documents", imported.documents)
        json.member("present", imported.present)
        json.member("sequences", imported.sequences.count)
        json.endObject()
        retained.call.answer(json)
      }
    }
  }

  /// Refusals of the store become failures of the call.
  private static func translating(_ body: @Loop () async throws -> Void) async throws {
    do { try await body() } catch let error as StorageError { throw Failure(error) }
  }
}

extension Call {
  /// Emits a chunk, waiting for room as long as it takes.
  ///
  /// - Throws: `CancellationError` when nobody reads any more.
  @Loop
  fileprivate func send(_ json: [UInt8]) async throws {
    while true {
      switch emit(json) {
      case .ok: return
      case .resourceExhausted: await writable()
      default: throw CancellationError()
      }
    }
  }

  /// Waits until there is room, or the call is cancelled.
  @Loop
  private func writable() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      var waiting: CheckedContinuation<Void, Never>? = continuation
      let go: @Loop () -> Void = {
        waiting?.resume()
        waiting = nil
      }
      onWritable(go)
      onCancel(go)
    }
  }
}
