import MCPProtocol
import PluginKit

/// One message for a server, and what HTTP says of it in headers.
struct Outgoing {
  /// Of a request.
  var id: Int?
  var method: String
  /// The name of the tool that is called.
  var name: String?
  /// Arguments that the tool wants as headers.
  var parameters: [(name: String, value: String)] = []
  /// Milliseconds that the answer may take.
  var timeout: Int64
  var body: [UInt8]
}

/// Carries messages to a server and back.
@Loop
protocol Transport: AnyObject {
  /// Gets every message of the server's.
  var received: (JSONValue) -> Void { get set }
  /// Gets why a request will have no answer.
  var failed: (_ request: Int, RequestFailure) -> Void { get set }
  /// Gets, once, why there is no connection any more.
  var ended: (Failure) -> Void { get set }
  /// Told when messages that the server sent unasked may have been lost.
  var missed: () -> Void { get set }
  /// Whether the server is a program of our own, whose silence may be that of one that does not know a question.
  var isProgram: Bool { get }

  /// By which rules to speak from now on.
  func agree(on era: Era)
  /// Begins to hear what the server sends unasked in a session.
  func listen()
  func send(_ message: Outgoing) throws(Failure)
  /// Nobody waits for the answer any more; whether the server knows by that.
  func giveUp(_ request: Int) -> Bool
  func close()
}
