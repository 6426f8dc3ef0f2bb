import CHost

extension HostExtensions {
  /// `orchestron.work/1`.
  static let work = orch_work(
    size: UInt32(MemoryLayout<orch_work>.size),
    submit: { pointer, job, out in
      guard let plugin = Plugin.onLoop(pointer, "work.submit") else { return Status.failedPrecondition.rawValue }
      let id = plugin.host.newID()
      let running = PluginJob(job)
      let finish = { [unowned plugin] (status: Status) in
        _ = plugin.registrations.remove(id)
        plugin.jobs[id] = nil
        running.finish(status, plugin)
      }
      let poolID = plugin.host.workers.submit {
        running.run()
      } done: {
        finish(.ok)
      } cancelled: {
        finish(.cancelled)
      }
      guard let poolID else {
        plugin.release(orch_task(fn: nil, ud: job.ud, release: job.release))
        return Status.resourceExhausted.rawValue
      }
      plugin.registrations.add(id) { [unowned plugin] in _ = plugin.host.workers.cancel(poolID) }
      plugin.jobs[id] = poolID
      out?.pointee = id
      return Status.ok.rawValue
    },
    cancel: { pointer, id in
      guard let plugin = Plugin.onLoop(pointer, "work.cancel"), let poolID = plugin.jobs[id],
        plugin.host.workers.cancel(poolID)
      else { return Status.failedPrecondition.rawValue }
      return Status.ok.rawValue
    })
}

/// A job of a plugin. Unchecked because the worker touches it before the loop does, never at the same time.
private final class PluginJob: @unchecked Sendable {
  private let job: orch_job
  private var thrown: String?

  init(_ job: orch_job) { self.job = job }

  /// [worker-thread]
  func run() {
    guard let function = job.run else { return }
    var words = chost_thrown()
    if !chost_task(function, job.ud, &words) { thrown = words.string }
  }

  /// [loop-thread]
  func finish(_ status: Status, _ plugin: Plugin) {
    var status = status
    if let thrown {
      plugin.fault("a job threw: \(thrown)")
      status = .internal
    }
    if let done = job.done {
      _ = plugin.enter("the end of a job") { chost_job_done(done, job.ud, status.rawValue, $0) }
    }
    plugin.release(orch_task(fn: nil, ud: job.ud, release: job.release))
  }
}
