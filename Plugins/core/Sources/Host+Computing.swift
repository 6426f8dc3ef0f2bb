import PluginKit

extension Host {
  /// Computes what would keep the loop for more than a few milliseconds on a worker.
  @Loop
  func computed<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Failure) -> Value {
    do {
      return try await work(body)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.cancelled, "nobody waits for the answer any more")
    }
  }
}
