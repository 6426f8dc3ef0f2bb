import CPluginSDK
import Glibc
import PluginKit

/// The loop of all tests: one thread, which runs what is posted, in order. Fake hosts live on it, one after the other,
/// because an image has one ``Loop``.
final class TestLoop: @unchecked Sendable {  // everything is protected by the mutex
  static let shared = TestLoop()

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var tasks: [orch_task] = []
  private var thread = pthread_t()

  /// The host whose `post` leads here. It offers nothing else.
  private let host: UnsafeMutablePointer<orch_host>

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
    let verbs = UnsafeMutablePointer<orch_host_verbs>.allocate(capacity: 1)
    verbs.initialize(to: orch_host_verbs())
    verbs.pointee.size = UInt32(MemoryLayout<orch_host_verbs>.size)
    verbs.pointee.post = { _, task in TestLoop.shared.post(task) }
    verbs.pointee.on_thread = { _, thread in
      thread == UInt32(ORCH_THREAD_LOOP) && TestLoop.shared.isCurrent ? 1 : 0
    }
    host = UnsafeMutablePointer<orch_host>.allocate(capacity: 1)
    host.initialize(to: orch_host(v: verbs))
    locked {
      _ = pthread_create(&thread, nil, { _ in TestLoop.shared.run() }, nil)
    }
  }

  /// Makes this the loop of PluginKit.
  func attach() {
    LoopExecutor.shared.attach(to: host)
  }

  private var isCurrent: Bool { locked { pthread_equal(thread, pthread_self()) != 0 } }

  private func post(_ task: orch_task) {
    locked {
      tasks.append(task)
      pthread_cond_signal(changed)
    }
  }

  private func run() -> Never {
    while true {
      let task = next()
      task.fn?(task.ud)
      task.release?(task.ud)
    }
  }

  private func next() -> orch_task {
    locked {
      while tasks.isEmpty { pthread_cond_wait(changed, mutex) }
      return tasks.removeFirst()
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
