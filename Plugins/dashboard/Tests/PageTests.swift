import Glibc
import PluginKit
import Testing

@testable import DashboardPlugin

@Suite struct PageTests {
  /// The files as they are installed.
  private static let web = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/web"

  @Test func readsTheDocument() throws {
    let page = try Page(readingFrom: "\(Self.web)/index.html")
    #expect(String(decoding: page.body, as: UTF8.self).hasPrefix("<!doctype html>"))
  }

  @Test func saysWhatToDoAboutAMissingDocument() {
    let failure = #expect(throws: Failure.self) { _ = try Page(readingFrom: "\(Self.web)/missing.html") }
    #expect(failure?.status == .notFound)
    #expect(failure?.message.contains("install the dashboard plugin again") == true)
  }

  @Test func allowsNeitherInlineCodeNorForeignSources() {
    for word in ["unsafe", "http:", "https:", "*", "ws:"] { #expect(!Page.policy.contains(word)) }
    for directive in ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"] {
      #expect(Page.policy.contains(directive))
    }
  }

  @Test func namesNoFileThatIsNotThere() throws {
    let text = String(decoding: try Page(readingFrom: "\(Self.web)/index.html").body, as: UTF8.self)
    let prefix = "\"/assets/dashboard/"
    let names = text.split(separator: prefix).dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(names.count > 10)
    for name in names { #expect(access("\(Self.web)/assets/\(name)", R_OK) == 0, "\(name)") }
  }
}
