import Testing

@testable import OrchestronHost

/// URI templates read backwards: what stood for the variables in a URI.
@Suite struct URITemplateTests {
  private func values(_ template: String, _ uri: String) throws -> String {
    let found = try URITemplate(template).match(uri)
    return found.map { $0.map { "\($0.name)=\($0.value)" }.joined(separator: " ") } ?? "none"
  }

  @Test(arguments: [
    ("x://a/{b}", "x://a/1", "b=1"), ("x://a/{b}", "x://a/1/2", "none"), ("x://a/{b}", "x://a/", "none"),
    ("x://a/{b}", "x://a/%C3%A4%20b", "b=ä b"), ("x://a/{b}", "x://a/%2E%2E", "none"),
    ("x://a/{b}", "x://a/b%2Fc", "none"),
    ("x://a/{b}/data", "x://a/1/data", "b=1"), ("x://a/{b}.{c}", "x://a/1.2.3", "b=1.2 c=3"),
    ("x://a/{b,c}", "x://a/1,2", "b=1 c=2"), ("x://a/{b,c}", "x://a/1", "none"),
    ("file:///{+path}", "file:///a/b/c.txt", "path=a/b/c.txt"), ("file:///{+path}", "file:///a/../c", "none"),
    ("x://a{/b}", "x://a/1", "b=1"), ("x://a{/b}", "x://a", ""), ("x://a{/b,c}", "x://a/1/2", "b=1 c=2"),
    ("x://a{/b,c}", "x://a/1", "b=1"), ("x://a{/b}", "x://a/1/2", "none"),
    ("x://a/{b}{.c}", "x://a/x.tar.gz", "b=x.tar c=gz"), ("x://a/{b}{.c}", "x://a/x", "b=x"),
    ("x://a{#b}", "x://a#top/1", "b=top/1"), ("x://a{#b}", "x://a", ""),
    ("x://a{?q}{#b}", "x://a?q=1#top", "q=1 b=top"),
  ])
  func readsPaths(template: String, uri: String, gets: String) throws {
    #expect(try values(template, uri) == gets)
  }

  @Test(arguments: [
    ("x://a{?q}", "x://a?q=1", "q=1"), ("x://a{?q}", "x://a", ""), ("x://a{?q}", "x://a?q=", "q="),
    ("x://a{?q}", "x://a?q", "q="),
    ("x://a{?q,limit}", "x://a?limit=5&q=a%20b", "limit=5 q=a b"), ("x://a{?q,limit}", "x://a?limit=5", "limit=5"),
    ("x://a{?q}", "x://a?q=a/b&c", "none"), ("x://a{?q}", "x://a?q=1&q=2", "none"),
    ("x://a{?q}", "x://a?other=1", "none"),
    ("x://a{?q}", "x://a?", "none"), ("x://a{?q}", "x://a?q=%zz", "none"), ("x://a{?q}", "x://a?q=%00", "none"),
    ("x://a?fixed=1{&q}", "x://a?fixed=1&q=2", "q=2"), ("x://a?fixed=1{&q}", "x://a?fixed=1", ""),
    ("x://a{?q}{&r}", "x://a?q=1&r=2", "q=1 r=2"), ("x://a{;p,q}", "x://a;q=2;p=1", "q=2 p=1"),
    ("file:///{+path}{?line}", "file:///a/b?line=7", "path=a/b line=7"), ("x://{a}{?q}", "x://1?q=2", "a=1 q=2"),
  ])
  func readsPairs(template: String, uri: String, gets: String) throws {
    #expect(try values(template, uri) == gets)
  }

  @Test func survivesWhateverComes() throws {
    var state: UInt64 = 7
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let pieces = [
      "x://a", "{b}", "{/c}", "{?d,e}", "{&f}", "{#g}", "{.h}", "{;i}", "{+j}", "/", "?", "&", "=", ",", ".", "1",
      "%41", "#",
    ]
    for _ in 0..<5000 {
      let template = "x://" + (0..<random(6)).map { _ in pieces[random(pieces.count)] }.joined()
      guard let template = try? URITemplate(template) else { continue }
      let uri =
        "x://"
        + (0..<random(8)).map { _ in ["a", "/", "?", "d=1", "&", "e=2", "#", ".", ";", "%41", "%"][random(11)] }
        .joined()
      for (name, _) in template.match(uri) ?? [] { #expect(template.variables.contains(name)) }
    }
  }
}
