import Glibc
import Testing

@testable import HTTPPlugin

/// Many handshakes of one place.
@Suite struct HandshakeTests {
  private func site(from address: String, perSecond: Int = 1) throws -> TLSSite {
    var settings = ServerSettings()
    settings.handshakes = .init(perSecond: perSecond, burst: 2)
    let tls = try TLSSite(settings)
    tls.site.server.address = { _ in withBytes(address) { IPAddress($0) } }
    return tls
  }

  /// Lets clients come that want to speak TLS, and answers how many were answered while the loop turned for a while.
  private func answered(_ tls: TLSSite, of peers: [TLSPeer]) -> Int {
    for _ in 0..<200 {
      tls.turn()
      for peer in peers { peer.move() }
    }
    return peers.filter(\.isOpen).count
  }

  @Test func furtherOnesWaitForTheirTurnAndCostNothingMeanwhile() throws {
    let tls = try site(from: "192.0.2.1")
    var peers: [TLSPeer] = []
    for count in 1...4 {
      peers.append(try TLSPeer(port: tls.site.port))
      #expect(tls.site.run { tls.site.server.clientCount == count })
    }
    #expect((2..<4).contains(answered(tls, of: peers)), "the burst, and perhaps one for a second that has passed")
    #expect(tls.get(peers[0]), "who has come in stays in")
    #expect(
      tls.site.run {
        for peer in peers { peer.move() }
        return peers.allSatisfy(\.isOpen)
      }, "one more each second")
    #expect(tls.get(peers[3]))
    #expect(tls.site.stop())
  }

  @Test(arguments: ["127.0.0.1", "192.0.2.1"]) func neitherThisMachineNorARateOfZeroIsSlowed(address: String) throws {
    let tls = try site(from: address, perSecond: address == "127.0.0.1" ? 1 : 0)
    var peers: [TLSPeer] = []
    for _ in 0..<6 { peers.append(try TLSPeer(port: tls.site.port)) }
    #expect(
      tls.site.run {
        for peer in peers { peer.move() }
        return peers.allSatisfy(\.isOpen)
      })
    #expect(tls.site.stop())
  }

  @Test func whoeverHasWaitedTooLongIsCut() throws {
    var settings = ServerSettings()
    settings.handshakes = .init(perSecond: 1, burst: 1)
    settings.handshakeTime = 1
    let tls = try TLSSite(settings)
    tls.site.server.address = { _ in withBytes("192.0.2.1") { IPAddress($0) } }
    let peers = try (0..<3).map { _ in try SocketPeer(port: tls.site.port) }
    #expect(
      tls.site.run {
        for peer in peers { peer.read() }
        return peers.allSatisfy(\.isAtEnd)
      })
    #expect(tls.site.stop())
  }
}
