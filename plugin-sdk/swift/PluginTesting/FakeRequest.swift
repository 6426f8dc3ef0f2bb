import CFakeHost
public import PluginKit

/// A request of a raw route, and the WebSocket that it may become; made by ``FakeHost/request(_:headers:body:)``. It belongs
/// to its host.
@Loop
public struct FakeRequest {
  let raw: OpaquePointer

  /// The code of the answer: 0 before there is one, 101 for a WebSocket.
  public var code: Int { Int(fake_request_code(raw)) }
  /// The plugin's header lines.
  public var headers: [String] { String(cString: fake_request_headers(raw)).split(separator: "\n").map(String.init) }
  /// The body of the answer so far, or the message of a failure.
  public var body: String { String(cString: fake_request_body(raw)) }
  /// Whether the answer has ended.
  public var isEnded: Bool { fake_request_ended(raw) != 0 }

  /// Adds a part to a body that was not given as a whole.
  public func send(_ part: String) { fake_request_send(raw, part) }
  /// Ends such a body.
  public func finish() { fake_request_send(raw, nil) }
  /// The client goes.
  public func cancel() { fake_request_cancel(raw) }
  /// The client takes nothing any more (`write` and `send` are refused), until it does again.
  public func pause(_ paused: Bool) { fake_request_pause(raw, paused ? 1 : 0) }

  // MARK: On a WebSocket

  /// The client sends a message of text.
  public func message(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { fake_request_message(raw, 1, $0.baseAddress, $0.count) }
    }
  }

  /// The client closes.
  public func close(_ code: Int) { fake_request_close(raw, UInt16(clamping: code)) }

  /// The messages that the plugin sent.
  public var sent: [String] {
    var messages: [String] = []
    var count = 0
    while let next = fake_request_sent(raw, messages.count, &count) {
      messages.append(String(decoding: UnsafeRawBufferPointer(start: next, count: count), as: UTF8.self))
    }
    return messages
  }

  /// The code with which the plugin closed, or 0.
  public var closedWith: Int { Int(fake_request_closed(raw)) }
}
