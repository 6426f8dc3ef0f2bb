import Glibc
import Testing

@testable import OrchestronHost

@Suite struct PortHolderTests {
  /// Listens on a free port of the family; gives the socket and the port.
  private func listen(_ family: CInt) throws -> (file: CInt, port: UInt16) {
    let file = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    try #require(Glibc.listen(file, 1) == 0)
    var address = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let isNamed = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &length) == 0 }
    }
    try #require(isNamed)
    return (file, UInt16(bigEndian: address.sin6_port))  // in the same place in both families
  }

  @Test(arguments: [AF_INET, AF_INET6]) func namesTheProcessThatListens(family: CInt) throws {
    let (file, port) = try listen(family)
    #expect(PortHolder.find(port: port)?.hasPrefix("process \(getpid()) (") == true)
    close(file)
    #expect(PortHolder.find(port: port) == nil)
  }
}
