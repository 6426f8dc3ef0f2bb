import COpenSSL
import Glibc
import PluginTesting
import Testing

@testable import HTTPPlugin

/// Clients that speak no TLS, a bad one, or half of it.
@Suite struct TLSBadClientTests {
  let tls: TLSSite
  var site: SocketSite { tls.site }

  init() throws { tls = try TLSSite() }

  @Test func plainHTTPGetsASentence() throws {
    let peer = try SocketPeer(port: site.port)
    peer.send(TLSSite.request)
    #expect(site.run { peer.read().contains("This port speaks TLS: use https:// or wss://.") && peer.isAtEnd })
    #expect(peer.read().hasPrefix("HTTP/1.1 400 "))
    #expect(site.stop())
  }

  @Test func garbageEndsTheConnection() throws {
    for garbage in [[0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5], [UInt8](repeating: 0, count: 100), [0x80, 0x2e, 1, 0, 2]] {
      let peer = try SocketPeer(port: site.port)
      peer.send(garbage)
      peer.send([UInt8](repeating: 7, count: 20_000))
      #expect(
        site.run {
          peer.read()
          return peer.isAtEnd
        })
    }
    #expect(site.run { site.server.clientCount == 0 })
    #expect(site.stop())
  }

  @Test func halfAHandshakeAndAnEndIsNothing() throws {
    let hello = TLSSite.hello
    for length in [1, 5, 6, 50, hello.count - 1] {
      let peer = try SocketPeer(port: site.port)
      peer.send(Array(hello.prefix(length)))
      #expect(site.run { site.server.clientCount == 1 })
      peer.close()
      #expect(site.run { site.server.clientCount == 0 })
    }
    #expect(site.stop())
  }

  @Test func cutsASlowHandshake() throws {
    var settings = ServerSettings()
    settings.handshakeTime = 1
    let site = try TLSSite(settings).site
    let peer = try SocketPeer(port: site.port)
    peer.send(Array(TLSSite.hello.prefix(20)))
    #expect(
      site.run {
        peer.read()
        return peer.isAtEnd
      })
    #expect(site.stop())
  }

  @Test func oldVersionsAndOtherProtocolsAreRefused() throws {
    let old = try tls.connect {
      SSL_CTX_set_cipher_list($0, "ALL:@SECLEVEL=0")
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_VERSION), nil)
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_1_VERSION), nil)
    }
    #expect(!old.isOpen)
    let weak = try tls.connect {
      SSL_CTX_set_cipher_list($0, "AES128-SHA:@SECLEVEL=0")
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    }
    #expect(!weak.isOpen)
    let other = try tls.connect { SSL_CTX_set_alpn_protos($0, [2] + Array("h2".utf8), 3) }
    #expect(!other.isOpen)
    #expect(site.stop())
  }

  @Test func tinyRecordsInTinyPiecesAreRead() throws {
    let peer = try tls.connect()
    peer.portion = 3
    let body = String(repeating: "tiny", count: 100)
    let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n\(body)"
    for byte in request.utf8 {
      peer.send([byte])
      tls.turn()
    }
    #expect(site.run { peer.move().hasSuffix(body) })
    #expect(site.stop())
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>) func damagedRecordsNeverTrap(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<15 {
      let peer = try tls.connect()
      var bytes: [UInt8] = []
      for size in [1, 40, 3000] {
        bytes += peer.encrypted(Array(repeating: UInt8(ascii: "G"), count: size))
      }
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) {
          bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
        } else {
          bytes.remove(at: index)
        }
      }
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...900, using: &random))
        peer.socket.send(Array(bytes[start..<end]))
        tls.turn()
        start = end
      }
      peer.socket.close()
      #expect(site.run { site.server.clientCount == 0 }, "seed \(seed)")
    }
    #expect(site.server.engine.load.waitingBytes == 0)
    #expect(site.stop())
  }
}
