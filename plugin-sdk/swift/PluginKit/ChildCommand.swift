/// A program to run as a child process, which dies with the host.
public struct ChildCommand: Sendable {
  /// The program, as a path or a name looked up in the `PATH` of ``environment``, and its arguments.
  public var arguments: [String]
  /// The whole environment: nothing is inherited.
  public var environment: [String: String]
  /// The working folder, an absolute path.
  public var folder: String
  /// Milliseconds after which the child is told to end, and 5 s later killed; 0 for no limit.
  public var timeout: Int64 = 0

  public init(_ arguments: [String], environment: [String: String] = [:], folder: String, timeout: Int64 = 0) {
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
    self.timeout = timeout
  }
}

/// How a child process ended.
public struct ChildEnd: Sendable, Equatable {
  /// What the program returned; -1 when it ended by a signal.
  public let status: Int64
  /// The signal that ended it; 0 when it returned.
  public let signal: Int32

  /// True when the program returned 0.
  public var isSuccess: Bool { status == 0 && signal == 0 }
}

/// What a child process left behind.
public struct ChildOutput: Sendable {
  public let end: ChildEnd
  /// What it wrote to its standard output.
  public let output: [UInt8]
  /// What it wrote to its standard error.
  public let errors: [UInt8]
}
