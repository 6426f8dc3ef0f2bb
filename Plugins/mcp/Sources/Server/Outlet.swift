import MCPProtocol
import PluginKit

/// Where the messages that answer one request go.
@Loop
protocol Outlet: AnyObject {
  /// Sends a message before the answer. What finds no room is dropped.
  ///
  /// - Returns: Whether it was sent.
  @discardableResult
  func send(_ message: [UInt8]) -> Bool

  /// Sends the answer; nothing follows.
  ///
  /// - Parameter error: What it tells of, when it is an error.
  func finish(_ message: [UInt8], error: RPCError?)

  /// Nobody waits for the answer any more: nothing follows.
  func dismiss()
}
