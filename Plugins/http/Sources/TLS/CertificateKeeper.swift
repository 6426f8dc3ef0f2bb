import PluginKit

/// Keeps a server's certificate as its files are: a new one serves who comes from then on, and one that cannot be used leaves the
/// old one where it is.
final class CertificateKeeper {
  private let files: TLSFiles
  private let log: (Host.LogLevel, String) -> Void
  private var marks: [TLSFiles.Mark]
  private(set) var context: TLSContext
  /// Whether something has changed beside the files.
  private var isDue = false

  init(_ files: TLSFiles, log: @escaping (Host.LogLevel, String) -> Void) throws(TLSContext.Failure) {
    self.files = files
    self.log = log
    marks = files.marks
    context = try TLSContext(files)
    warn()
  }

  /// Something has changed in a folder of the files.
  func folderDidChange() { isDue = true }

  /// Looks after changes and the age of keys, once per second. `now` is in milliseconds.
  func look(at now: UInt64) {
    context.rotate(at: now)
    guard isDue else { return }
    isDue = false
    let marks = files.marks
    guard marks != self.marks else { return }
    self.marks = marks
    do throws(TLSContext.Failure) {
      context = try TLSContext(files)
      log(.info, "the certificate \(files.certificate) is read anew; it serves who connects from now on")
      warn()
    } catch {
      log(.error, "the certificate stays as it was: \(error.sentence)")
    }
  }

  private func warn() {
    if files.isKeyShared {
      log(.warn, "http.tls.key: \(files.key) may be read by others than its owner; chmod 600 it")
    }
    let days = context.daysLeft
    if days < 0 {
      log(.warn, "http.tls.certificate: \(files.certificate) has ended; clients will refuse it")
    } else if days < 14 {
      log(.warn, "http.tls.certificate: \(files.certificate) ends in \(days) days")
    }
  }
}
