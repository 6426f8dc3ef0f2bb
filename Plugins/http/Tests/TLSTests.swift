import COpenSSL
import CUV
import Glibc
import PluginTesting
import Testing

@testable import HTTPPlugin

/// TLS over real sockets, with OpenSSL's client.
@Suite struct TLSTests {
  let certificate = TestCertificate()
  let site: SocketSite

  init() throws {
    site = try SocketSite()
    site.server.certificate = try CertificateKeeper(certificate.files) { _, _ in }
  }

  static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  private func connect(
    resuming session: OpaquePointer? = nil, _ prepare: (OpaquePointer?) -> Void = { _ in }
  ) throws -> TLSPeer {
    let peer = try TLSPeer(port: site.port, resuming: session, prepare)
    _ = site.run {
      peer.move()
      return peer.isOpen || peer.hasFailed || peer.socket.isAtEnd
    }
    return peer
  }

  private func get(_ peer: TLSPeer) -> Bool {
    peer.send(Self.get)
    return site.run { peer.move().hasSuffix("hello") }
  }

  // MARK: What it is for

  @Test(arguments: [(TLS1_2_VERSION, "TLSv1.2"), (TLS1_3_VERSION, "TLSv1.3")])
  func answers(version: CInt, name: String) throws {
    let peer = try connect {
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
      SSL_CTX_set_alpn_protos($0, [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8), 12)
    }
    #expect(peer.version == name)
    #expect(peer.protocolName == "http/1.1")
    #expect(get(peer))
    #expect(get(peer), "the connection is kept")
    #expect(site.stop())
  }

  @Test func carriesLongBodiesBothWays() throws {
    let peer = try connect()
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
    let peer = try connect()
    peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(
      site.run {
        peer.take()
        return peer.received.count > 8 << 20
      })
    #expect(peer.received.suffix(8 << 20).allSatisfy { $0 == UInt8(ascii: "b") })
    #expect(get(peer))
    #expect(site.stop())
  }

  @Test func speaksWebSocket() throws {
    let peer = try connect()
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
    let peer = try connect()
    peer.send("GET /secure HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(site.run { peer.move().hasSuffix("secure") })
    #expect(!peer.move().contains("Strict-Transport-Security"))
    site.server.engine.strictTransport = SharedBytes { $0.append("Strict-Transport-Security: max-age=60\r\n") }
    #expect(get(peer))
    #expect(peer.move().contains("\r\nStrict-Transport-Security: max-age=60\r\n"))
    #expect(site.stop())
  }

  // MARK: Ends

  @Test func bothSidesAreToldTheEnd() throws {
    let peer = try connect()
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(
      site.run {
        peer.move()
        return peer.wasToldEnd
      })
    #expect(peer.move().hasSuffix("hello"))
    let other = try connect()
    #expect(get(other))
    other.close()
    #expect(
      site.run {
        other.move()
        return other.socket.isAtEnd
      })
    #expect(site.stop())
  }

  @Test func aClientThatIsCutOffMidStreamIsNotToldThatThisIsTheEnd() throws {
    let peer = try connect()
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
    let peer = try connect()
    #expect(get(peer))
    site.server.drain()
    #expect(
      site.run {
        peer.move()
        return peer.wasToldEnd && peer.socket.isAtEnd
      })
    #expect(site.stop())
  }

  // MARK: Bad clients

  @Test func plainHTTPGetsASentence() throws {
    let peer = try SocketPeer(port: site.port)
    peer.send(Self.get)
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
    let hello = helloOfAClient()
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
    let site = try SocketSite(settings)
    site.server.certificate = try CertificateKeeper(certificate.files) { _, _ in }
    let peer = try SocketPeer(port: site.port)
    peer.send(Array(helloOfAClient().prefix(20)))
    #expect(
      site.run {
        peer.read()
        return peer.isAtEnd
      })
    #expect(site.stop())
  }

  @Test func oldVersionsAndOtherProtocolsAreRefused() throws {
    let old = try connect {
      SSL_CTX_set_cipher_list($0, "ALL:@SECLEVEL=0")
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_VERSION), nil)
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_1_VERSION), nil)
    }
    #expect(!old.isOpen)
    let weak = try connect {
      SSL_CTX_set_cipher_list($0, "AES128-SHA:@SECLEVEL=0")
      SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    }
    #expect(!weak.isOpen)
    let other = try connect { SSL_CTX_set_alpn_protos($0, [2] + Array("h2".utf8), 3) }
    #expect(!other.isOpen)
    #expect(site.stop())
  }

  @Test func tinyRecordsInTinyPiecesAreRead() throws {
    let peer = try connect()
    peer.portion = 3
    let body = String(repeating: "tiny", count: 100)
    let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n\(body)"
    for byte in request.utf8 {
      peer.send([byte])
      turn()
    }
    #expect(site.run { peer.move().hasSuffix(body) })
    #expect(site.stop())
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>) func damagedRecordsNeverTrap(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<15 {
      let peer = try connect()
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
        turn()
        start = end
      }
      peer.socket.close()
      #expect(site.run { site.server.clientCount == 0 }, "seed \(seed)")
    }
    #expect(site.server.engine.load.waitingBytes == 0)
    #expect(site.stop())
  }

  private func turn() { uv_run(site.loop, UV_RUN_NOWAIT) }

  private func helloOfAClient() -> [UInt8] {
    let context = SSL_CTX_new(TLS_client_method())
    let ssl = SSL_new(context)
    let output = BIO_new(BIO_s_mem())
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), output)
    SSL_set_connect_state(ssl)
    SSL_do_handshake(ssl)
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = BIO_read(output, &bytes, 4096)
    SSL_free(ssl)
    SSL_CTX_free(context)
    return Array(bytes.prefix(Int(count)))
  }

  // MARK: Sessions

  @Test func aSessionIsResumedUntilTheKeyOfTicketsIsReplaced() throws {
    let first = try connect()
    #expect(get(first))
    let session = first.session
    defer { SSL_SESSION_free(session) }
    func again() throws -> Bool {
      let peer = try connect(resuming: session)
      #expect(get(peer))
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
    var files = certificate.files
    files.clientCa = certificate.files.certificate
    site.server.certificate = try CertificateKeeper(files) { _, _ in }
    let stranger = try connect { SSL_CTX_ctrl($0, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil) }
    #expect(!stranger.isOpen)
    let friend = try connect {
      SSL_CTX_use_certificate_file($0, certificate.files.certificate, SSL_FILETYPE_PEM)
      SSL_CTX_use_PrivateKey_file($0, certificate.files.key, SSL_FILETYPE_PEM)
    }
    #expect(get(friend))
    #expect(site.stop())
  }

  // MARK: Files

  @Test func aNewCertificateServesWhoComesFromThenOnAndABrokenOneNobody() throws {
    var log: [String] = []
    let keeper = try CertificateKeeper(certificate.files) { log.append("\($0) \($1)") }
    site.server.certificate = keeper
    let before = try connect()
    #expect(before.serverName == "localhost")
    keeper.look(at: 1)
    certificate.write("second")
    keeper.look(at: 2)
    #expect(log.isEmpty, "nobody has told of a change")
    keeper.folderDidChange()
    keeper.look(at: 3)
    #expect(
      log == ["info the certificate \(certificate.files.certificate) is read anew; it serves who connects from now on"])
    #expect(try connect().serverName == "second")
    #expect(get(before), "who is there stays")

    log = []
    certificate.save("cert.pem", "nonsense")
    keeper.folderDidChange()
    keeper.look(at: 4)
    #expect(log.count == 1)
    #expect(log.first?.hasPrefix("error the certificate stays as it was: http.tls.certificate: ") == true)
    #expect(try connect().serverName == "second")
    keeper.folderDidChange()
    keeper.look(at: 5)
    #expect(log.count == 1, "the same fault is told once")
    certificate.write("third")
    keeper.folderDidChange()
    keeper.look(at: 6)
    #expect(try connect().serverName == "third")
    #expect(site.stop())
  }

  @Test func badFilesAreSentences() throws {
    func sentence(_ files: TLSFiles) -> String {
      do throws(TLSContext.Failure) {
        _ = try TLSContext(files)
        return "fine"
      } catch {
        return error.sentence
      }
    }
    let files = certificate.files
    let other = TestCertificate("other")
    #expect(sentence(files) == "fine")
    #expect(
      sentence(TLSFiles(certificate: "/nowhere/c.pem", key: files.key))
        == "http.tls.certificate: /nowhere/c.pem is no chain of PEM certificates: No such file or directory.")
    #expect(
      sentence(TLSFiles(certificate: files.key, key: files.key)).hasPrefix(
        "http.tls.certificate: \(files.key) is no chain of PEM certificates: "))
    #expect(
      sentence(TLSFiles(certificate: files.certificate, key: other.files.key)).hasPrefix(
        "http.tls.key: \(other.files.key) "))
    #expect(
      sentence(TLSFiles(certificate: files.certificate, key: files.key, clientCa: files.key)).hasPrefix(
        "http.tls.clientCa: \(files.key) holds no PEM certificates: "))
  }

  @Test func warnsOfAKeyThatOthersReadAndOfAnEnd() throws {
    var log: [String] = []
    chmod(certificate.files.key, 0o644)
    _ = try CertificateKeeper(certificate.files) { log.append("\($0) \($1)") }
    #expect(log.map { $0.hasSuffix("may be read by others than its owner; chmod 600 it") } == [true])
    log = []
    certificate.write("localhost", days: 3)
    _ = try CertificateKeeper(certificate.files) { log.append("\($0) \($1)") }
    #expect(log.map { $0.hasSuffix("cert.pem ends in 3 days") } == [true])
    log = []
    certificate.write("localhost", days: -1)
    _ = try CertificateKeeper(certificate.files) { log.append("\($0) \($1)") }
    #expect(log.map { $0.hasSuffix("cert.pem has ended; clients will refuse it") } == [true])
  }

  @Test func knowsWhereToLookForChanges() {
    #expect(TLSFiles(certificate: "/a/c.pem", key: "/a/k.pem", clientCa: "/b/x.pem").folders == ["/a", "/b"])
    #expect(TLSFiles(certificate: "/c.pem", key: "/c.pem").folders == ["/"])
  }
}
