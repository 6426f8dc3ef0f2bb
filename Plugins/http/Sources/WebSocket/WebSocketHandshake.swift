import PluginKit

/// The opening handshake of RFC 6455, server side, without extensions.
enum WebSocketHandshake {
  enum Outcome {
    /// Switched; the connection speaks WebSocket from here on.
    case accepted
    /// Answered with an error.
    case refused
  }

  /// Answers a request for a WebSocket: 101 and the switch to a handler, or an error that says what is missing.
  ///
  /// - Parameter subprotocol: One of those that the client offers, or nothing.
  static func answer(
    _ exchange: HTTPExchange, subprotocol: Bytes = Bytes(start: nil, count: 0), _ handler: () -> any WebSocketHandler
  ) -> Outcome {
    guard exchange.method == .get, exchange.isVersion11 else {
      return refuse(exchange, .badRequest, "A WebSocket begins with a GET of HTTP/1.1.")
    }
    guard exchange.header("upgrade")?.listContains("websocket") == true, asksForUpgrade(exchange) else {
      return refuse(exchange, .upgradeRequired, "This address speaks WebSocket: send Upgrade: websocket.")
    }
    guard exchange.header("sec-websocket-version")?.equals("13") == true else {
      return refuse(exchange, .upgradeRequired, "This server speaks version 13 of WebSocket.")
    }
    guard let key = exchange.header("sec-websocket-key"), isKey(key) else {
      return refuse(exchange, .badRequest, "Sec-WebSocket-Key must be 16 bytes in base64.")
    }
    exchange.upgrade(to: handler()) { buffer in
      buffer.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
      appendAccept(for: key, to: &buffer)
      buffer.append("\r\n")
      if !subprotocol.isEmpty { buffer.appendHeader("Sec-WebSocket-Protocol", subprotocol) }
    }
    return .accepted
  }

  /// Appends what `Sec-WebSocket-Accept` answers to a key.
  static func appendAccept(for key: Bytes, to buffer: inout ByteBuffer) {
    var message = ByteBuffer()
    message.append(key)
    message.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
    var digest = ByteBuffer()
    SHA1.append(of: message.bytes, to: &digest)
    buffer.append(Base64.encode(UnsafeRawBufferPointer(digest.bytes)))
  }

  private static func asksForUpgrade(_ exchange: HTTPExchange) -> Bool {
    var asks = false
    exchange.forEachHeader("connection") { if $0.listContains("upgrade") { asks = true } }
    return asks
  }

  /// 16 bytes in base64: 22 digits and two padding characters.
  private static func isKey(_ key: Bytes) -> Bool {
    guard key.count == 24, key[22] == UInt8(ascii: "="), key[23] == UInt8(ascii: "=") else { return false }
    return key.prefix(22).allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
  }

  private static func refuse(_ exchange: HTTPExchange, _ status: HTTPStatus, _ detail: String) -> Outcome {
    exchange.respond(Problem(http: status, detail: detail)) { buffer in
      if status == .upgradeRequired {
        buffer.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")
      }
    }
    return .refused
  }
}
