import COpenSSL
import Glibc

@testable import HTTPPlugin

/// A certificate of its own authority with its key, in a folder that goes with it.
final class TestCertificate {
  let folder: String
  var files: TLSFiles { TLSFiles(certificate: folder + "/cert.pem", key: folder + "/key.pem") }

  /// - Parameters:
  ///   - name: The common name.
  ///   - days: How long it is valid from now on.
  init(_ name: String = "localhost", days: Int = 100) {
    var template = Array("/tmp/orchestron-tls-XXXXXX".utf8CString)
    folder = mkdtemp(&template).map { String(cString: $0) } ?? "/nowhere"
    write(name, days: days)
  }

  deinit {
    for file in ["cert.pem", "key.pem"] { unlink(folder + "/" + file) }
    rmdir(folder)
  }

  /// Replaces both files.
  func write(_ name: String, days: Int = 100) {
    let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    EVP_PKEY_keygen_init(context)
    EVP_PKEY_keygen(context, &key)
    defer { EVP_PKEY_free(key) }
    let certificate = X509_new()
    defer { X509_free(certificate) }
    X509_set_version(certificate, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int(UInt32.random(in: 1...UInt32.max)))
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86_400)
    X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86_400 + 60)
    let subject = X509_get_subject_name(certificate)
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0)
    X509_set_issuer_name(certificate, subject)
    X509_set_pubkey(certificate, key)
    X509_sign(certificate, key, nil)
    save("cert.pem") { PEM_write_bio_X509($0, certificate) }
    save("key.pem") { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
  }

  func save(_ file: String, _ text: String) {
    save(file) { bio in
      let bytes = Array(text.utf8)
      return BIO_write(bio, bytes, CInt(bytes.count))
    }
  }

  private func save(_ file: String, _ body: (OpaquePointer?) -> CInt) {
    let path = folder + "/" + file
    let bio = BIO_new_file(path, "w")
    _ = body(bio)
    BIO_free(bio)
    chmod(path, 0o600)
  }
}

/// A client that speaks TLS over a socket that never blocks.
final class TLSPeer {
  let socket: SocketPeer
  let context: OpaquePointer?
  private let ssl: OpaquePointer?
  private let incoming = BIO_new(BIO_s_mem())
  private let outgoing = BIO_new(BIO_s_mem())
  private var fed = 0
  private(set) var received: [UInt8] = []
  /// Whether the server has said that it sends no more.
  private(set) var wasToldEnd = false
  /// Whether an alert of the server, or what it sent, has ended the connection.
  private(set) var hasFailed = false
  /// How many bytes go over the socket at once.
  var portion = Int.max

  /// - Parameters:
  ///   - session: A session to resume.
  ///   - prepare: Changes the rules of the client before it begins.
  init(port: Int, resuming session: OpaquePointer? = nil, _ prepare: (OpaquePointer?) -> Void = { _ in }) throws {
    socket = try SocketPeer(port: port)
    context = SSL_CTX_new(TLS_client_method())
    prepare(context)
    ssl = SSL_new(context)
    SSL_set_bio(ssl, incoming, outgoing)
    SSL_set_connect_state(ssl)
    if session != nil { SSL_set_session(ssl, session) }
    move()
  }

  deinit {
    SSL_free(ssl)
    SSL_CTX_free(context)
  }

  var isOpen: Bool { SSL_is_init_finished(ssl) == 1 }
  var protocolName: String {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
  }
  var version: String { String(cString: SSL_get_version(ssl)) }
  var wasResumed: Bool { SSL_session_reused(ssl) == 1 }
  var session: OpaquePointer? { SSL_get1_session(ssl) }

  /// The common name of the server's certificate.
  var serverName: String {
    let certificate = SSL_get1_peer_certificate(ssl)
    defer { X509_free(certificate) }
    var text = [CChar](repeating: 0, count: 100)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &text, 100)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends bytes in records of that size.
  func send(_ bytes: [UInt8], records: Int = 16384) {
    var start = 0
    while start < bytes.count {
      let part = Array(bytes[start..<min(bytes.count, start + records)])
      var count = 0
      guard SSL_write_ex(ssl, part, part.count, &count) == 1 else { break }
      start += count
    }
    flush()
  }

  func close() {
    SSL_shutdown(ssl)
    flush()
  }

  /// What would go over the socket for these bytes.
  func encrypted(_ bytes: [UInt8]) -> [UInt8] {
    var count = 0
    SSL_write_ex(ssl, bytes, bytes.count, &count)
    return takeEncrypted()
  }

  private func takeEncrypted() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = BIO_read(outgoing, &bytes, CInt(bytes.count))
    return Array(bytes.prefix(max(Int(count), 0)))
  }

  private func flush() {
    while case let bytes = takeEncrypted(), !bytes.isEmpty {
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, portion == .max ? bytes.count : start + portion)
        socket.send(Array(bytes[start..<end]))
        start = end
      }
    }
  }

  /// Goes on with what has come, and answers all of it as text.
  @discardableResult
  func move() -> String {
    take()
    return String(decoding: received, as: UTF8.self)
  }

  /// Goes on with what has come.
  func take() {
    socket.take()
    let fresh = Array(socket.received[fed...])
    fed = socket.received.count
    if !fresh.isEmpty { BIO_write(incoming, fresh, CInt(fresh.count)) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !hasFailed, !wasToldEnd {
      var count = 0
      ERR_clear_error()
      let result = SSL_read_ex(ssl, &buffer, buffer.count, &count)
      if result == 1 {
        received.append(contentsOf: buffer.prefix(count))
        continue
      }
      let reason = SSL_get_error(ssl, result)
      if reason == SSL_ERROR_ZERO_RETURN { wasToldEnd = true }
      if reason == SSL_ERROR_SSL { hasFailed = true }
      break
    }
    flush()
  }
}
