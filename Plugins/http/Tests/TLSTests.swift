import COpenSSL
import CUV
import Glibc
import PluginTesting
import Testing

@testable import HTTPPlugin

/// TLS over real sockets, with OpenSSL's client.
@Suite struct TLSTests {
  let tls: TLSSite
  var site: SocketSite { tls.site }

  init() throws { tls = try TLSSite() }

  // MARK: What it is for

  @Test(arguments: [(TLS1_2_VERSION, "TLSv1.2"), (TLS1_3_VERSION, "TLSv1.3")])
  func answers(version: CInt, name: String) throws {
    let peer = try tls.connect {
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
      SSL_CTX_set_alpn_protos($0, [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8), 12)
    }
    #expect(peer.version == name)
    #expect(peer.protocolName == "http/1.1")
    #expect(tls.get(peer))
    #expect(tls.get(peer), "the connection is kept")
    #expect(site.stop())
  }

  @Test func carriesLongBodiesBothWays() throws {
    let peer = try tls.connect()
    var random = SeededGenerator(seed: 5)
    let body = (0..<3_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
    var sent = 0
    // As the socket takes it: what it refuses would be lost.
    #expect(
      site.run {
        if sent < body.count {
          peer.send(Array(body[sent..<min(sent + 30_000, body.count)]))
          sent += 30_000
        }
        peer.take()
        return peer.received.count > body.count
      })
    #expect(peer.received.suffix(body.count).elementsEqual(body))
    #expect(site.stop())
    #expect(site.server.engine.load.waitingBytes == 0)
  }

  @Test func writesALargeReplyAsFastAsTheClientTakesIt() throws {
    let peer = try tls.connect()
    peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(
      site.run {
        peer.take()
        return peer.received.count > 8 << 20
      })
    #expect(peer.received.suffix(8 << 20).allSatisfy { $0 == UInt8(ascii: "b") })
    #expect(tls.get(peer))
    #expect(site.stop())
  }

  @Test func speaksWebSocket() throws {
    let peer = try tls.connect()
    let handshake =
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    peer.send(Array(handshake.utf8) + TestWebSocket.text("first"))
    #expect(site.run { peer.move().hasSuffix("first") })
    peer.send(TestWebSocket.text("second"))
    #expect(site.run { peer.move().hasSuffix("second") })
    peer.send(TestWebSocket.frame(8, [3, 232]))
    #expect(
      site.run {
        peer.move()
        return peer.wasToldEnd
      })
    #expect(peer.received.suffix(4) == [0x88, 2, 3, 232])
    #expect(site.stop())
  }

  @Test func theClientCountsAsSecure() throws {
    let peer = try tls.connect()
    peer.send("GET /secure HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(site.run { peer.move().hasSuffix("secure") })
    #expect(!peer.move().contains("Strict-Transport-Security"))
    site.server.engine.strictTransport = SharedBytes { $0.append("Strict-Transport-Security: max-age=60\r\n") }
    #expect(tls.get(peer))
    #expect(peer.move().contains("\r\nStrict-Transport-Security: max-age=60\r\n"))
    #expect(site.stop())
  }

  // MARK: Ends

  @Test func bothSidesAreToldTheEnd() throws {
    let peer = try tls.connect()
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(
      site.run {
        peer.move()
        return peer.wasToldEnd
      })
    #expect(peer.move().hasSuffix("hello"))
    let other = try tls.connect()
    #expect(tls.get(other))
    other.close()
    #expect(
      site.run {
        other.move()
        return other.socket.isAtEnd
      })
    #expect(site.stop())
  }

  @Test func aClientThatIsCutOffMidStreamIsNotToldThatThisIsTheEnd() throws {
    let peer = try tls.connect()
    peer.send("GET /abort HTTP/1.0\r\n\r\n")
    #expect(site.run { peer.move().hasSuffix("half") })
    site.waiting[0].abortStream()
    #expect(
      site.run {
        peer.move()
        return peer.socket.isAtEnd
      })
    #expect(peer.move().hasSuffix("half"))
    #expect(!peer.wasToldEnd)
    #expect(site.stop())
  }

  @Test func idleClientsAreToldWhenTheServerGoes() throws {
    let peer = try tls.connect()
    #expect(tls.get(peer))
    site.server.drain()
    #expect(
      site.run {
        peer.move()
        return peer.wasToldEnd && peer.socket.isAtEnd
      })
    #expect(site.stop())
  }

  // MARK: Sessions

  @Test func aSessionIsResumedUntilTheKeyOfTicketsIsReplaced() throws {
    let first = try tls.connect()
    #expect(tls.get(first))
    let session = first.session
    defer { SSL_SESSION_free(session) }
    func again() throws -> Bool {
      let peer = try tls.connect(resuming: session)
      #expect(tls.get(peer))
      return peer.wasResumed
    }
    #expect(try again())
    let context = try #require(site.server.certificate).context
    let now = uv_now(site.loop)
    context.rotate(at: now)
    context.rotate(at: now + 3_590_000)
    #expect(try again(), "not before an hour is over")
    context.rotate(at: now + 3_600_000)
    #expect(try !again())
    #expect(site.stop())
  }

  // MARK: Certificates of clients

  @Test func asksForACertificateWhenConfigured() throws {
    var files = tls.certificate.files
    files.clientCa = tls.certificate.files.certificate
    site.server.certificate = try CertificateKeeper(files) { _, _ in }
    let stranger = try tls.connect { SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil) }
    #expect(!stranger.isOpen)
    let friend = try tls.connect {
      SSL_CTX_use_certificate_file($0, tls.certificate.files.certificate, SSL_FILETYPE_PEM)
      SSL_CTX_use_PrivateKey_file($0, tls.certificate.files.key, SSL_FILETYPE_PEM)
    }
    #expect(tls.get(friend))
    #expect(site.stop())
  }
}
