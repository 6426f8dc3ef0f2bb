import Glibc
import PluginKit
import PluginTesting
import Testing

@testable import AuthPlugin

@Suite struct TokenTests {
  private let now = Instant(milliseconds: 1_800_000_000_000)

  @Test func readsWhatItWrote() throws {
    try Crypto.start()
    let id = "0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60"
    #expect(TokenText(TokenText.make(id: id, secret: "a_b-c")) == .api(id: id, secret: "a_b-c"))
    #expect(TokenText("orc_local_x") == .local)
    #expect(TokenText("a.b.c") == .jwt)
    for text in [
      "", "orc_", "orc_x", "a.b", "a.b.c.d", "orc_0190A5E27C117A3B9F5E2B1C3D4E5F60_x",
      "orc_" + String(repeating: "0", count: 32),
    ] {
      #expect(TokenText(text) == nil, "\(text)")
    }
    #expect(TokenText("a.b." + String(repeating: "c", count: TokenText.maximalBytes)) == nil)
  }

  @Test func hashesAndVerifies() throws {
    try Crypto.start()
    for cost in [SlowHash.Cost.secret, .password] {
      let hash = try SlowHash.make("s3cret", cost)
      #expect(hash.hasPrefix("$argon2id$"))
      #expect(SlowHash.verify("s3cret", hash))
      #expect(!SlowHash.verify("s3creT", hash))
      #expect(!SlowHash.verify("", hash))
    }
    #expect(!SlowHash.verify("x", "no hash"))
    #expect(Crypto.equal("ab".utf8, "ab".utf8) && !Crypto.equal("ab".utf8, "ac".utf8))
    #expect(!Crypto.equal("ab".utf8, "abc".utf8))
  }

  @Test func readsDigestsAsTheyWereWritten() throws {
    try Crypto.start()
    let digest = Digest("x")
    #expect(Digest(text: digest.text) == digest)
    #expect(Array("x".utf8).withUnsafeBytes { Digest($0, key: Crypto.random(32)) } != digest)
  }

  @Test func checksEachClaim() {
    let seconds = Double(now.milliseconds) / 1000
    var claims = Claims()
    claims.iss = "i"
    claims.aud = Claims.Audience(["x", "a"])
    claims.sub = "s"
    claims.exp = seconds + 1
    func isRefused(_ change: (inout Claims) -> Void) -> Bool {
      var changed = claims
      change(&changed)
      do throws(Refusal) {
        try changed.check(issuer: "i", audience: "a", at: now)
        return false
      } catch {
        return error.failure.status == .unauthenticated
      }
    }
    #expect(!isRefused { _ in })
    #expect(!isRefused { $0.exp = seconds - 59 })
    #expect(!isRefused { $0.nbf = seconds + 59 })
    #expect(isRefused { $0.exp = seconds - 60 })
    #expect(isRefused { $0.exp = nil })
    #expect(isRefused { $0.exp = .infinity })
    #expect(isRefused { $0.nbf = seconds + 61 })
    #expect(isRefused { $0.nbf = .nan })
    #expect(isRefused { $0.iat = seconds + 61 })
    #expect(isRefused { $0.iss = "j" })
    #expect(isRefused { $0.iss = nil })
    #expect(isRefused { $0.aud = Claims.Audience(["b"]) })
    #expect(isRefused { $0.aud = nil })
    #expect(isRefused { $0.sub = "" })
    #expect(isRefused { $0.sub = nil })
  }

  @Test func readsAHeadBeforeItBelievesAnything() {
    func head(_ json: String) -> Bool {
      let token = "\(Base64URL.encode(Array(json.utf8))).e30.x"
      return
        (try? JWTHead(token) { bytes throws(Failure) in
          let json = try JSON(parsing: String(decoding: bytes, as: UTF8.self)).object ?? [:]
          return Fields(json.map { ($0.key, $0.value.string.map(Value.string) ?? .bool(true)) })
        }) != nil
    }
    #expect(head(#"{"alg":"EdDSA","kid":"k"}"#))
    for json in [
      #"{"alg":"none","kid":"k"}"#, #"{"alg":"NoNe"}"#, #"{"kid":"k"}"#, #"{"alg":5}"#, #"[]"#, #"{"#, "",
      #"{"alg":"EdDSA","kid":"k","crit":["exp"]}"#,
    ] {
      #expect(!head(json), "\(json)")
    }
  }

  @Test func namesUsersInOneSpelling() {
    #expect(User.normalized(name: "Ada.L-1") == "ada.l-1")
    for name in ["", "-a", "a b", "me", "None", "a@b", "ü", String(repeating: "a", count: 65), "a:b"] {
      #expect(User.normalized(name: name) == nil, "\(name)")
    }
    for password in ["short", "ada-is-here-and-there", "aaaaaaaaaaaaaa", String(repeating: "abcdefgh", count: 200)] {
      #expect(throws: Failure.self, "\(password)") { try User.check(password: password, of: "ada") }
    }
    #expect(throws: Never.self) { try User.check(password: "correct horse", of: "ada") }
  }

  @Test func keepsTheLocalTokenInAFileOfItsOwn() throws {
    try Crypto.start()
    var template = Array("/tmp/orchestron-auth-XXXXXX".utf8CString)
    let folder = String(cString: try #require(mkdtemp(&template)))
    defer {
      unlink("\(folder)/token")
      rmdir(folder)
    }
    let first = try LocalToken(folder: folder)
    let text = String(decoding: try #require(try SecretFile.read(first.path)).dropLast(), as: UTF8.self)
    #expect(first.isRight(text) && !first.isRight(text + "a") && !first.isRight(""))
    #expect(try LocalToken(folder: folder).isRight(text))
    chmod(first.path, 0o644)
    #expect(throws: Failure.self) { try LocalToken(folder: folder) }
    unlink(first.path)
    try SecretFile.write("orc_local_short\n", first.path)
    #expect(throws: Failure.self) { try LocalToken(folder: folder) }
    unlink(first.path)
    #expect(try !LocalToken(folder: folder).isRight(text))
  }
}
