extension WebSocketConnection {
  /// Close codes of RFC 6455, section 7.4.
  enum CloseCode: UInt16 {
    case normal = 1000
    case goingAway = 1001
    case protocolError = 1002
    case unsupportedData = 1003
    case policyViolation = 1008
    case messageTooBig = 1009
    case internalError = 1011
    case tryAgainLater = 1013
    /// Nobody has told in time who is there, or it is not true any more.
    case unauthenticated = 4401
  }
}
