import PluginKit
import Testing

@testable import AuthPlugin

@Suite struct SessionTests {
  private let start = Instant(milliseconds: 1_800_000_000_000)

  private func after(_ milliseconds: Int64) -> Instant {
    Instant(milliseconds: start.milliseconds + milliseconds)
  }

  @Test func letsACodeInOnceWithinAMinute() throws {
    try Crypto.start()
    var codes = Codes()
    let (code, expires) = codes.issue(for: "ada", at: start)
    #expect(expires == after(60_000))
    #expect(codes.take(code + "x", at: start) == nil)
    #expect(codes.take(code, at: after(59_999)) == "ada")
    #expect(codes.take(code, at: after(59_999)) == nil)
    let (late, _) = codes.issue(for: "ada", at: start)
    #expect(codes.take(late, at: after(60_000)) == nil)
    let (oldest, _) = codes.issue(for: "ada", at: start)
    for _ in 0..<Codes.limit { _ = codes.issue(for: "ada", at: start) }
    #expect(codes.take(oldest, at: start) == nil)
  }

  @Test func endsASessionThatIsIdleOrOld() throws {
    try Crypto.start()
    let limits = Session.Limits(idle: 1000, absolute: 2500)
    var session = Session.new(
      "s", user: "ada", digest: Digest("c"), via: "password", address: "", agent: "", limits: limits, at: start)
    #expect(session.end(limits) == after(1000))
    session.fields["seenAt"] = .string(after(900).text)
    #expect(session.end(limits) == after(1900))
    session.fields["seenAt"] = .string(after(2000).text)
    #expect(session.end(limits) == after(2500))
    #expect(session.shown["digest"] == nil)
    #expect(Session(fields: session.fields).digest == Digest("c"))
  }

  @Test func findsItsCookieAmongOthers() {
    let name = SessionCookie.name(port: 3001)
    #expect(SessionCookie.value(name, in: "a=b; \(name)=x-y; \(name)=z") == "x-y")
    #expect(SessionCookie.value(name, in: "\(name)2=x;x\(name)=y; \(name)") == nil)
    #expect(SessionCookie.value(name, in: "\(name)=") == "")
    #expect(SessionCookie.value(name, in: ";;=; = ;\t\(name)=a=b ") == "a=b")
    #expect(SessionCookie.name(port: 3001) != SessionCookie.name(port: 3002))
    let secure = SessionCookie.set(name, "v", seconds: 5, isSecure: true)
    #expect(secure.hasSuffix("; Path=/; HttpOnly; SameSite=Strict; Max-Age=5; Secure"))
  }

  @Test(arguments: ["//e.example", "https://e.example", "/\\e.example", "e", "", "/a\nb", "/a b", "/ü", "\\/e"])
  func leadsNowhereElse(path: String) {
    #expect(Path.local(path) == "/")
  }

  @Test func leadsOnWithinThisServer() {
    #expect(Path.local("/docs?a=%2F&b#c") == "/docs?a=%2F&b#c")
    #expect(Path.local(nil) == "/")
  }

  @Test func readsFormsAsBrowsersSendThem() {
    func form(_ text: String) -> [String: String] { Array(text.utf8).withUnsafeBytes { Path.form($0) } }
    #expect(form("name=a+b&password=%C3%BC%26%3D&x") == ["name": "a b", "password": "ü&=", "x": ""])
    #expect(form("a=1&a=2") == ["a": "1"])
    #expect(form("a=%&b=%4&c=%zz&d=%ff&=e") == ["": "e"])
    #expect(form("") == [:])
  }

  @Test func escapesWhatPeopleTyped() {
    let page = HTML.signIn(
      next: "/\"x", name: "\"><script>", message: "<b>&'", hasUsers: true, providers: [("/p?a=1&b", "A & <B>")])
    #expect(!page.contains("<script") && !page.contains("<b>") && !page.contains("<B>"))
    #expect(page.contains("&lt;b&gt;&amp;&#39;") && page.contains("A &amp; &lt;B&gt;"))
  }
}
