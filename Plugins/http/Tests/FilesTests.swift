import Glibc
import PluginKit
import Testing

@testable import HTTPPlugin

/// Folders of files that plugins let be served.
@Suite final class FilesTests {
  let site: TestSite
  private let folder: String

  init() throws {
    var name = Array("/tmp/files-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil, let real = realpath(name, nil) else { throw Failure(.internal, "no folder") }
    folder = String(cString: real)
    free(real)
    for path in ["", "/web", "/web/sub", "/web/.git", "/web/20240101", "/web-other"] { mkdir(folder + path, 0o700) }
    site = try TestSite()
    site.host.routes.add("GET /board/{path...}", folder: folder + "/web")
    site.app.catalog.isStale = true
    write("index.html", "<p>hi")
    write("sub/index.html", "<p>sub")
    write("app-0a1b2c3d.js", "1")
    write("20240101/notes.txt", "n")
    write("deadbeef.css", "x")
    write(".git/config", "secret")
    write(".env", "secret")
    write("../web-other/secret.txt", "secret")
    write("../secret.txt", "secret")
    symlink("../secret.txt", "\(folder)/web/link.txt")
    symlink("../web-other", "\(folder)/web/other")
    symlink("index.html", "\(folder)/web/inner.html")
    mkfifo("\(folder)/web/pipe", 0o600)
  }

  deinit {
    let folder = self.folder
    var arguments: [UnsafeMutablePointer<CChar>?] = ["rm", "-rf", folder].map { (word: String) in strdup(word) }
    arguments.append(nil)
    var child: pid_t = 0
    if posix_spawnp(&child, "rm", nil, nil, &arguments, nil) == 0 { waitpid(child, nil, 0) }
    for argument in arguments { free(argument) }
  }

  private func write(_ name: String, _ text: String) {
    guard let file = fopen("\(folder)/web/\(name)", "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  @Test(
    arguments: [
      ("/board/", "text/html; charset=utf-8", "<p>hi"), ("/board/index.html", "text/html; charset=utf-8", "<p>hi"),
      ("/board/sub/", "text/html; charset=utf-8", "<p>sub"), ("/board/inner.html", "text/html; charset=utf-8", "<p>hi"),
      ("/board/sub%2Findex.html", "text/html; charset=utf-8", "<p>sub"),
      ("/board/%69ndex.html?v=1", "text/html; charset=utf-8", "<p>hi"),
      ("/board/app-0a1b2c3d.js", "text/javascript; charset=utf-8", "1"),
    ] as [(String, String, String)])
  func servesFilesByName(path: String, type: String, body: String) {
    let reply = site.send("GET \(path)")
    #expect(reply.status == 200)
    #expect(reply.headers["Content-Type"] == type)
    #expect(reply.headers["X-Content-Type-Options"] == "nosniff")
    #expect(reply.body == body)
    let head = site.send("HEAD \(path)")
    #expect(head.status == 200 && head.body == "")
    #expect(head.headers["Content-Length"] == "\(body.utf8.count)")
    #expect(head.headers["ETag"] == reply.headers["ETag"])
    #expect(site.host.contexts == 0)
  }

  @Test(arguments: [
    "/board", "/board/none.html", "/board/.env", "/board/.git/config", "/board/%2eenv", "/board/%2egit/config",
    "/board/link.txt", "/board/other/secret.txt", "/board/pipe", "/board/sub", "/board//index.html",
    "/board/sub//index.html", "/board/%2fetc/passwd", "/board/index.html/",
  ]) func findsNothingElse(path: String) {
    let reply = site.send("GET \(path)")
    #expect(reply.status == 404)
    #expect(!reply.body.contains("secret\n"))
  }

  @Test(arguments: [
    "/board/../secret.txt", "/board/%2e%2e/secret.txt", "/board/..%2fsecret.txt", "/board/sub/..%2f..%2fsecret.txt",
    "/board/sub%2f..%2f..%2fsecret.txt", "/board/%2e%2e%2fweb-other%2fsecret.txt", "/board/a%00", "/board/%ff",
  ]) func refusesAWayOut(path: String) {
    #expect(site.send("GET \(path)").status == 400)
  }

  @Test func sparesThoseWhoHaveItAlready() throws {
    let tag = try #require(site.send("GET /board/").headers["ETag"])
    for header in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
      let reply = site.send("GET /board/", headers: ["If-None-Match: \(header)"])
      #expect(reply.status == 304, "\(header)")
      #expect(reply.headers["ETag"] == tag && reply.body == "")
      #expect(reply.headers["Content-Length"] == nil)
    }
    #expect(site.send("GET /board/", headers: ["If-None-Match: \"x\""]).status == 200)
    write("index.html", "<p>other")
    let changed = site.send("GET /board/", headers: ["If-None-Match: \(tag)"])
    #expect(changed.status == 200 && changed.body == "<p>other")
    #expect(changed.headers["ETag"] != tag)
  }

  @Test(
    arguments: [
      ("app-0a1b2c3d.js", true), ("deadbeef.css", false), ("index.html", false), ("20240101/notes.txt", false),
    ])
  func keepsForAYearWhatHasAHashInItsName(name: String, isImmutable: Bool) {
    let kept = site.send("GET /board/\(name)").headers["Cache-Control"]
    #expect(kept == (isImmutable ? "public, max-age=31536000, immutable" : "private, no-cache"))
  }

  @Test func knowsItsMethods() {
    #expect(site.send("POST /board/index.html").status == 405)
    #expect(site.send("OPTIONS /board/index.html").headers["Allow"] == "GET, HEAD, OPTIONS")
  }

  @Test func asksTheHostWhetherTheCallerMay() throws {
    site.host.routes.add("GET /private/{path...}", folder: folder + "/web", status: .permissionDenied)
    site.app.catalog.isStale = true
    #expect(site.send("GET /private/index.html").status == 403)
    #expect(site.send("GET /private/none").status == 403)
  }
}
