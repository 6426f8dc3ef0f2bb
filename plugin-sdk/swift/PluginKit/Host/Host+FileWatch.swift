import CPluginSDK

/// A change of a watched file or folder.
public struct FileChange: Sendable, Equatable {
  /// What happened to an entry.
  public struct Kinds: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// An entry appeared, went, or got another name.
    public static let renamed = Kinds(rawValue: UInt32(ORCH_FS_RENAMED))
    /// The content or the attributes of an entry changed.
    public static let changed = Kinds(rawValue: UInt32(ORCH_FS_CHANGED))
  }

  /// The name of the entry within the watched folder, or of the watched file.
  public let name: String
  public let kinds: Kinds
}

/// A watch on a file or folder. It lasts until ``stop()`` or until the plugin stops, whether or not this value is kept.
public struct FileWatch: Sendable {
  let id: UInt64
  let host: Host

  /// Ends the watch.
  @Loop
  public func stop() {
    _ = host.tables.fileWatch?.pointee.stop?(host.raw, id)
  }
}

extension Host {
  /// Tells of changes of a file, or of the entries of a folder (not of its subfolders).
  ///
  /// One change may be told several times, and several as one: look at the file, do not count.
  ///
  /// - Parameters:
  ///   - path: An absolute path.
  ///   - context: Where the host records why the watch failed.
  ///   - action: Gets each change, on the loop.
  /// - Throws: ``Status/notFound`` when there is nothing at that path.
  @Loop
  @discardableResult
  public func watch(
    _ path: String, context: Context? = nil, action: @escaping @Loop (FileChange) -> Void
  ) throws(Failure) -> FileWatch {
    guard let start = tables.fileWatch?.pointee.start else { throw .missing(ORCH_EXT_FS_WATCH) }
    let callback = orch_fs_cb(
      fn: Trampoline.change, ud: Callback<@Loop (FileChange) -> Void>.keep(action), release: releaseObject)
    var id: UInt64 = 0
    let status = path.withText { start(raw, context?.raw, $0, callback, &id) }
    try Failure.check(status, in: context, "\(path) could not be watched")
    return FileWatch(id: id, host: self)
  }
}

@Loop
private enum Trampoline {
  static let change: @convention(c) (UnsafeMutableRawPointer?, orch_str, UInt32) -> Void = { ud, name, changes in
    guard let ud else { return }
    let change = FileChange(name: string(name), kinds: FileChange.Kinds(rawValue: changes))
    Callback<@Loop (FileChange) -> Void>.action(of: ud)(change)
  }
}
