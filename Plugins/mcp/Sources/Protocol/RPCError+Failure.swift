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

  /// As it stands in a trace.
  var failure: Failure {
    Failure(code > 1000 ? Status(.init(code - 1000)) : code == Code.internal ? .internal : .invalidArgument, message)
  }

  /// - Parameters:
  ///   - scope: All that the token needs, with a space between the words.
  ///   - metadata: Where it is said who gives one.
  static func insufficientScope(_ message: String, _ scope: String, metadata: String) -> RPCError {
    var error = RPCError(code: 1000 + Int(Status.permissionDenied.rawValue), message: message)
    error.challenge = #"Bearer error="insufficient_scope", resource_metadata="\#(metadata)", scope="\#(scope)""#
    return error
  }

  /// Whether a plugin wanted to ask what the client has not declared that it can answer.
  static func isMissingCapability(_ failure: Failure) -> Bool {
    failure.details?.contains(#""requiredCapabilities":"#) ?? false
  }
}
