import COpenSSL
import CUV
import Testing

@testable import HTTPPlugin

/// A server that speaks TLS, with its loop.
final class TLSSite {
  static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
  let certificate = TestCertificate()
  let site: SocketSite

  init(_ settings: ServerSettings = ServerSettings()) throws {
    site = try SocketSite(settings)
    site.server.certificate = try CertificateKeeper(certificate.files) { _, _ in }
  }

  /// A client that has agreed on keys, or was refused.
  func connect(
    resuming session: OpaquePointer? = nil, _ prepare: (OpaquePointer?) -> Void = { _ in }
  ) throws -> TLSPeer {
    let peer = try TLSPeer(port: site.port, resuming: session, prepare)
    _ = site.run {
      peer.move()
      return peer.isOpen || peer.hasFailed || peer.socket.isAtEnd
    }
    return peer
  }

  /// Whether a request is answered.
  func get(_ peer: TLSPeer) -> Bool {
    peer.send(Self.request)
    return site.run { peer.move().hasSuffix("hello") }
  }

  /// One turn of the loop.
  func turn() { uv_run(site.loop, UV_RUN_NOWAIT) }

  /// What a client sends first.
  static var hello: [UInt8] {
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
}
