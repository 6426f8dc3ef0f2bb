import MCPProtocol
import PluginKit

extension RPCError {
  /// What a caller is told.
  func failure(of server: String) -> Failure {
    let status: Status =
      switch code {
      case Code.invalidParams: .invalidArgument
      case Code.unknownMethod: .unimplemented
      default: .failedPrecondition
      }
    return Failure(
      status,
      "the MCP server \"\(server)\" answered with the error \(code): \(CleanText.line(message, limit: 1000))")
  }

  /// The revisions that the server speaks, when it tells.
  func supportedVersions(_ host: Host) -> [String] {
    guard let data, let json = try? host.parse(data) else { return [] }
    return json["supported"].elements.prefix(20).compactMap(\.string)
  }
}
