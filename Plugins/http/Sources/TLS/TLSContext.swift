import COpenSSL
import Glibc

/// What the TLS connections of a server share: its certificate, and the rules.
///
/// TLS 1.2 and 1.3, forward secret ciphers with authenticated encryption, HTTP/1.1 alone, no renegotiation, no early data.
/// Sessions are kept by the clients, in tickets whose key is replaced every hour.
final class TLSContext {
  /// Why files cannot be used, as a sentence with the fix.
  struct Failure: Error {
    var sentence: String
  }

  let pointer: OpaquePointer
  private var keysSince: UInt64 = 0
  /// Milliseconds after which tickets are worth nothing.
  private static let keyTime: UInt64 = 3_600_000

  /// Reads the files.
  init(_ files: TLSFiles) throws(Failure) {
    guard let pointer = SSL_CTX_new(TLS_server_method()), openssl_set_rules(pointer) == 1,
      SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
    else { throw Failure(sentence: "OpenSSL offers no TLS 1.2: \(Self.reason()).") }
    self.pointer = pointer
    // A key with a password must not be asked for on a terminal.
    SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
    SSL_CTX_set_num_tickets(pointer, 1)
    SSL_CTX_set_alpn_select_cb(pointer, Self.selectProtocol, nil)
    let name: StaticString = "orchestron"
    SSL_CTX_set_session_id_context(pointer, name.utf8Start, UInt32(name.utf8CodeUnitCount))
    replaceKeys()
    try read(files)
  }

  deinit { SSL_CTX_free(pointer) }

  private func read(_ files: TLSFiles) throws(Failure) {
    ERR_clear_error()
    guard SSL_CTX_use_certificate_chain_file(pointer, files.certificate) == 1 else {
      throw Failure(
        sentence: "http.tls.certificate: \(files.certificate) is no chain of PEM certificates: \(Self.reason()).")
    }
    guard SSL_CTX_use_PrivateKey_file(pointer, files.key, SSL_FILETYPE_PEM) == 1 else {
      throw Failure(
        sentence: "http.tls.key: \(files.key) is no PEM key without a password that fits the certificate: "
          + "\(Self.reason()).")
    }
    guard SSL_CTX_check_private_key(pointer) == 1 else {
      throw Failure(sentence: "http.tls.key: \(files.key) is not the key of \(files.certificate).")
    }
    guard let authority = files.clientCa else { return }
    guard SSL_CTX_load_verify_locations(pointer, authority, nil) == 1,
      let names = SSL_load_client_CA_file(authority)
    else {
      throw Failure(sentence: "http.tls.clientCa: \(authority) holds no PEM certificates: \(Self.reason()).")
    }
    SSL_CTX_set_client_CA_list(pointer, names)
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
  }

  /// Days until the certificate ends; negative when it has ended.
  var daysLeft: Int {
    var days: CInt = 0
    var seconds: CInt = 0
    guard let certificate = SSL_CTX_get0_certificate(pointer),
      ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(certificate)) == 1
    else { return .max }
    return days == 0 && seconds < 0 ? -1 : Int(days)
  }

  /// Replaces the key of tickets when it is old. `now` is in milliseconds.
  func rotate(at now: UInt64) {
    if keysSince == 0 { keysSince = now }
    guard now >= keysSince + Self.keyTime else { return }
    keysSince = now
    replaceKeys()
  }

  private func replaceKeys() {
    let length = openssl_ticket_keys_length(pointer)
    var keys = [UInt8](repeating: 0, count: max(length, 0))
    // Without fresh keys those of OpenSSL, or the old ones, stay.
    if RAND_bytes(&keys, CInt(keys.count)) == 1 { _ = openssl_set_ticket_keys(pointer, &keys, length) }
  }

  /// What OpenSSL says last, on this thread.
  static func reason() -> String {
    var reason = "unknown reason"
    while true {
      let code = ERR_get_error()
      guard code != 0 else { return reason }
      // System errors have no string of their own.
      let isSystem = code & 0x8000_0000 != 0
      if isSystem {
        reason = String(cString: strerror(CInt(truncatingIfNeeded: code & 0x7fff_ffff)))
      } else if let text = ERR_reason_error_string(code), reason == "unknown reason" {
        reason = String(cString: text)
      }
    }
  }

  /// HTTP/1.1, or no connection for a client that offers other protocols alone.
  private static let selectProtocol: SSL_CTX_alpn_select_cb_func = { _, out, outLength, offered, count, _ in
    guard let out, let outLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let names = Bytes(start: offered, count: Int(count))
    var index = 0
    while index < names.count {
      let length = Int(names[index])
      guard index + 1 + length <= names.count else { break }
      if names.part(index + 1..<index + 1 + length).equals("http/1.1") {
        out.pointee = offered + index + 1
        outLength.pointee = UInt8(length)
        return SSL_TLSEXT_ERR_OK
      }
      index += 1 + length
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }
}
