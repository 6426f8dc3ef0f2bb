import COpenSSL
import Glibc
import Testing

@testable import HTTPPlugin

/// The files of a certificate.
@Suite struct TLSFileTests {
  let tls: TLSSite
  var site: SocketSite { tls.site }

  init() throws { tls = try TLSSite() }

  @Test func aNewCertificateServesWhoComesFromThenOnAndABrokenOneNobody() throws {
    var log: [String] = []
    let keeper = try CertificateKeeper(tls.certificate.files) { log.append("\($0) \($1)") }
    site.server.certificate = keeper
    let before = try tls.connect()
    #expect(before.serverName == "localhost")
    keeper.look(at: 1)
    tls.certificate.write("second")
    keeper.look(at: 2)
    #expect(log.isEmpty, "nobody has told of a change")
    keeper.folderDidChange()
    keeper.look(at: 3)
    #expect(
      log == [
        "info the certificate \(tls.certificate.files.certificate) is read anew; it serves who connects from now on"
      ])
    #expect(try tls.connect().serverName == "second")
    #expect(tls.get(before), "who is there stays")

    log = []
    tls.certificate.save("cert.pem", "nonsense")
    keeper.folderDidChange()
    keeper.look(at: 4)
    #expect(log.count == 1)
    #expect(log.first?.hasPrefix("error the certificate stays as it was: http.tls.certificate: ") == true)
    #expect(try tls.connect().serverName == "second")
    keeper.folderDidChange()
    keeper.look(at: 5)
    #expect(log.count == 1, "the same fault is told once")
    tls.certificate.write("third")
    keeper.folderDidChange()
    keeper.look(at: 6)
    #expect(try tls.connect().serverName == "third")
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
    let files = tls.certificate.files
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
    chmod(tls.certificate.files.key, 0o644)
    _ = try CertificateKeeper(tls.certificate.files) { log.append("\($0) \($1)") }
    #expect(log.map { $0.hasSuffix("may be read by others than its owner; chmod 600 it") } == [true])
    log = []
    tls.certificate.write("localhost", days: 3)
    _ = try CertificateKeeper(tls.certificate.files) { log.append("\($0) \($1)") }
    #expect(log.map { $0.hasSuffix("cert.pem ends in 3 days") } == [true])
    log = []
    tls.certificate.write("localhost", days: -1)
    _ = try CertificateKeeper(tls.certificate.files) { log.append("\($0) \($1)") }
    #expect(log.map { $0.hasSuffix("cert.pem has ended; clients will refuse it") } == [true])
  }

  @Test func knowsWhereToLookForChanges() {
    #expect(TLSFiles(certificate: "/a/c.pem", key: "/a/k.pem", clientCa: "/b/x.pem").folders == ["/a", "/b"])
    #expect(TLSFiles(certificate: "/c.pem", key: "/c.pem").folders == ["/"])
  }
}
