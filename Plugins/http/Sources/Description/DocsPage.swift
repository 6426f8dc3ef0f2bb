import Glibc

/// The page at `/docs`, which shows the two documents to people, and what it loads.
enum DocsPage {
  /// Nothing but files of this server, no inline script or style, no text that becomes markup, no frame around it.
  private static let headers: StaticString = """
    Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\
    \r\nReferrer-Policy: same-origin\r\nCache-Control: no-cache\r\n
    """

  /// Its files, with their headers; nil when this plugin was installed without them.
  static func folder(of plugin: String) -> StaticFolder? {
    guard let path = realpath("\(plugin)/web", nil) else { return nil }
    defer { free(path) }
    return StaticFolder(String(cString: path), headers: SharedBytes { $0.append(headers) })
  }
}
