import MCPProtocol
import PluginKit

extension RPCError {
  /// A failure of the host's or a plugin's: arguments, what does not exist and what the client cannot do as the protocol
  /// names them, the rest with the number of its status.
  init(_ failure: Failure) {
    let code =
      switch failure.status {
      case _ where Self.isMissingCapability(failure): Code.missingCapability
      case .invalidArgument, .outOfRange, .notFound: Code.invalidParams
      default: 1000 + Int(failure.status.rawValue)
      }
    self.init(code: code, message: failure.message, data: failure.details)
  }

  /// Whether a plugin wanted to ask what the client has not declared that it can answer.
  static func isMissingCapability(_ failure: Failure) -> Bool {
    failure.details?.contains(#""requiredCapabilities":"#) ?? false
  }
}
