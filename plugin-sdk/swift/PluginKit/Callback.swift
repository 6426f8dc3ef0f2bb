import CPluginSDK

/// The home of a closure that the host calls: `ud` holds one reference, which the host's `release` drops.
@Loop
final class Callback<Action> {
  private let action: Action

  private init(_ action: Action) {
    self.action = action
  }

  /// The `ud` pointer of a registration.
  static func keep(_ action: Action) -> UnsafeMutableRawPointer {
    Unmanaged.passRetained(Callback(action)).toOpaque()
  }

  /// The closure behind `ud`.
  static func action(of ud: UnsafeMutableRawPointer) -> Action {
    Unmanaged<Callback<Action>>.fromOpaque(ud).takeUnretainedValue().action
  }
}

/// The `release` of every registration of PluginKit.
nonisolated let releaseObject: @convention(c) (UnsafeMutableRawPointer?) -> Void = { ud in
  if let ud { Unmanaged<AnyObject>.fromOpaque(ud).release() }
}

/// A task that runs `action` on the loop. [any-thread]
func loopTask(_ action: @escaping @Loop () -> Void) -> orch_task {
  orch_task(fn: TaskHome.run, ud: Unmanaged.passRetained(TaskHome(action)).toOpaque(), release: releaseObject)
}

/// The home of a task's closure, which any thread may make.
private final class TaskHome: @unchecked Sendable {  // a constant, which is called on the loop alone
  private let action: () -> Void

  init(_ action: @escaping @Loop () -> Void) {
    // Isolation is a matter of the type system alone: both function types have the same representation.
    self.action = unsafeBitCast(action, to: (() -> Void).self)
  }

  static let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { ud in
    if let ud { Unmanaged<TaskHome>.fromOpaque(ud).takeUnretainedValue().action() }
  }
}
