import Testing

@testable import OrchestronHost

@Suite struct StringFormatTests {
  private func matches(_ format: StringFormat, _ text: String) -> Bool {
    Array(text.utf8).withUnsafeBytes { format.matches($0) }
  }

  @Test(arguments: [
    "2026-01-31T09:30:00Z", "2026-01-31t09:30:00z", "2024-02-29T23:59:59.123456+14:00", "1990-12-31T15:59:60-08:00",
    "1998-12-31T23:59:60Z", "2026-01-01T00:30:60+00:31",
  ])
  func acceptsInstants(text: String) { #expect(matches(.dateTime, text)) }

  @Test(arguments: [
    "", "2026-01-31", "2026-01-31T09:30:00", "2026-01-31 09:30:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z",
    "2026-01-31T09:30:60Z", "2026-01-31T09:30:61Z", "2026-01-31T09:30Z", "2026-01-31T09:30:00.Z",
    "2026-01-31T09:30:00+24:00",
    "2026-01-31T09:30:00+0100", "2026-02-30T09:30:00Z", "2026-01-31T09:30:00Z ", "2026-01-3१T09:30:00Z",
    "+2026-01-31T09:30:00Z",
  ])
  func refusesOtherInstants(text: String) { #expect(!matches(.dateTime, text)) }

  @Test(arguments: ["2026-01-31", "2024-02-29", "2000-02-29", "0001-12-31", "2026-04-30"])
  func acceptsDays(text: String) { #expect(matches(.date, text)) }

  @Test(arguments: [
    "", "2026-1-31", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-04-31", "2026-02-29", "1900-02-29",
    "20260131",
    "2026-01-31T", "2026/01/31",
  ])
  func refusesOtherDays(text: String) { #expect(!matches(.date, text)) }

  @Test(arguments: [
    "0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60", "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
    "00000000-0000-0000-0000-000000000000",
  ])
  func acceptsUUIDs(text: String) { #expect(matches(.uuid, text)) }

  @Test(arguments: [
    "", "0190a5e27c117a3b9f5e2b1c3d4e5f60", "0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f6",
    "0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60a",
    "0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f6g", "{0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60}",
    "0190a5e27-c11-7a3b-9f5e-2b1c3d4e5f60",
  ])
  func refusesOtherUUIDs(text: String) { #expect(!matches(.uuid, text)) }

  @Test(arguments: [
    "joe.bloggs@example.com", "te~st@example.com", "a+b@x", #""joe bloggs"@example.com"#, #""a\"@b"@example.com"#,
  ])
  func acceptsAddresses(text: String) { #expect(matches(.email, text)) }

  @Test(arguments: [
    "", "joe", "@example.com", "joe@", ".joe@example.com", "joe.@example.com", "jo..e@example.com", "joe@-x.com",
    "joe@x-.com",
    "joe@x..com", "joe@invalid=domain.com", "joe bloggs@example.com", "é@example.com", #""joe@example.com"#,
    "joe@example.com ",
    "joe@example.com\n", String(repeating: "a", count: 65) + "@example.com",
    "a@" + String(repeating: "b", count: 64) + ".com",
  ])
  func refusesOtherAddresses(text: String) { #expect(!matches(.email, text)) }

  @Test(arguments: [
    "http://foo.bar/?baz=qux#quuz", "http://foo.com/blah_(wikipedia)_blah#cite-1",
    "http://foo.bar/?q=Test%20URL-encoded%20stuff",
    "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com", "http://223.255.255.254",
    "ftp://ftp.is.co.za/rfc/rfc1808.txt",
    "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com",
    "news:comp.infosystems.www.servers.unix",
    "tel:+1-816-555-1212", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", "file:///etc/hosts", "x:",
    "https://a:8080",
  ])
  func acceptsURIs(text: String) { #expect(matches(.uri, text)) }

  @Test(arguments: [
    "", "//foo.bar/?baz=qux#quuz", "/abc", #"\\WINDOWS\fileshare"#, "abc", "http:// shouldfail.com", ":// should fail",
    "bar,baz:foo", "https://[@example.org/test.txt", #"https://example.org/foobar\.txt"#,
    "https://example.org/foobar<>.txt",
    "https://example.org/foobar{}.txt", "https://example.org/foobar^.txt", "https://example.org/foobar`.txt",
    "https://example.org/foo bar.txt", "https://example.org/foobar|.txt", "https://a/%2", "https://a/%zz",
    "http://a:b/",
    "http://a/#b#c", "http://é/", "1http://a", "http://[::1", "http://a[b]/",
  ])
  func refusesOtherURIs(text: String) { #expect(!matches(.uri, text)) }
}
