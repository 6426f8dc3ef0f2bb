import PluginTesting
import Testing

@testable import HTTPPlugin

@Suite struct RoutingTests {
  private func router(_ routes: [String]) throws -> Router<Int> {
    let router = Router<Int>()
    for (index, route) in routes.enumerated() { try router.add(RoutePattern(route), owner: "plugin \(index)", index) }
    return router
  }

  private func match(_ router: Router<Int>, _ method: HTTPMethod, _ path: String) -> String {
    withBytes(path) { path in
      switch router.match(method, path) {
      case .found(let route): "\(route.endpoint) \(router.captures.map(\.text))"
      case .methodNotAllowed(let allow): "405 \(allow)"
      case .notFound: "404"
      case .malformed: "400"
      }
    }
  }

  @Test func findsRoutesByMethodAndPath() throws {
    let router = try router([
      "GET /api/tasks", "POST /api/tasks", "GET /api/tasks/{id}", "PATCH /api/tasks/{id}/status",
      "GET /api/tasks/{task}/links/{link}", "GET /api/tasks/search", "GET /", "GET /api/sprints/active",
      "DELETE /api/sprints/{id}",
    ])
    #expect(match(router, .get, "/api/tasks") == "0 []")
    #expect(match(router, .post, "/api/tasks") == "1 []")
    #expect(match(router, .get, "/api/tasks/ORC-1") == #"2 ["ORC-1"]"#)
    #expect(match(router, .patch, "/api/tasks/7/status") == #"3 ["7"]"#)
    #expect(match(router, .get, "/api/tasks/a/links/b") == #"4 ["a", "b"]"#)
    #expect(match(router, .get, "/api/tasks/search") == "5 []")
    #expect(match(router, .get, "/") == "6 []")
    #expect(match(router, .head, "/api/tasks/x") == #"2 ["x"]"#)
    #expect(match(router, .patch, "/api/tasks/search/status") == #"3 ["search"]"#)
    #expect(match(router, .delete, "/api/tasks") == "405 GET, POST, HEAD, OPTIONS")
    #expect(match(router, .options, "/api/sprints/x") == "405 DELETE, OPTIONS")
    #expect(match(router, .delete, "/api/sprints/active") == "405 GET, HEAD, OPTIONS")
    for path in ["/api", "/api/", "/api/tasks/", "/api//tasks", "//", "/api/tasks/a/b", "/nope", "/API/tasks"] {
      #expect(match(router, .get, path) == "404", "\(path)")
    }
  }

  @Test func tellsSegmentsApartThatBeginAlike() throws {
    let names = [
      "a", "ab", "abcdefg", "abcdefgh", "abcdefgi", "abcdefghi", "abcdefg-long",
      "\(String(repeating: "abcdefg", count: 40))",
    ]
    let router = try router(names.map { "GET /\($0)" })
    for (index, name) in names.enumerated() { #expect(match(router, .get, "/\(name)") == "\(index) []") }
    // As long as the first but for a multiple of 256, and as the last but for its end.
    for path in ["/b", "/abcdefj", "/abcdefgj", "/a\(String(repeating: "a", count: 256))", "/\(names[7].dropLast())x"] {
      #expect(match(router, .get, path) == "404", "\(path)")
    }
  }

  @Test func decodesAndConfinesPaths() throws {
    let router = try router(["GET /api/tasks/{id}", "GET /api/tasks"])
    #expect(match(router, .get, "/api/t%61sks/a%20b") == #"0 ["a b"]"#)
    #expect(match(router, .get, "/api/tasks/a%2Fb") == #"0 ["a/b"]"#)
    #expect(match(router, .get, "/api/tasks/%c3%a4") == #"0 ["ä"]"#)
    for path in [
      "/api/../tasks", "/api/./tasks", "/api/%2e%2e/tasks", "/api/tasks/..", "/api/tasks/%2E", "/api/tasks/%zz",
      "/api/tasks/%2", "/api/tasks/%", "/api/tasks/%00", "/api/tasks/%ff",
    ] { #expect(match(router, .get, path) == "400", "\(path)") }
  }

  @Test func aLastSegmentTakesTheRest() throws {
    let router = try router(["GET /files/{path...}", "GET /files/{id}", "GET /files/new", "POST /files/{path...}"])
    #expect(match(router, .get, "/files/a/b/c.txt") == #"0 ["a/b/c.txt"]"#)
    #expect(match(router, .get, "/files/") == #"0 [""]"#)
    #expect(match(router, .get, "/files/a/") == #"0 ["a/"]"#)
    #expect(match(router, .get, "/files//a") == #"0 ["/a"]"#)
    #expect(match(router, .get, "/files/a") == #"1 ["a"]"#)
    #expect(match(router, .get, "/files/new") == "2 []")
    #expect(match(router, .get, "/files/new/x") == #"0 ["new/x"]"#)
    #expect(match(router, .post, "/files/x/y") == #"3 ["x/y"]"#)
    #expect(match(router, .head, "/files/x/y") == #"0 ["x/y"]"#)
    #expect(match(router, .delete, "/files/x/y") == "405 GET, POST, HEAD, OPTIONS")
    #expect(match(router, .get, "/files/%61/b%20c%2fd") == #"0 ["a/b c/d"]"#)
    #expect(match(router, .get, "/files") == "404")
    for path in [
      "/files/a/../b", "/files/%2e%2e/b", "/files/..%2fb", "/files/a%2f..%2fb", "/files/a%2F.", "/files/.%2Fa",
      "/files/%2e%2e%2f",
    ] { #expect(match(router, .get, path) == "400", "\(path)") }
    for text in ["GET /{a...}/b", "GET /{...}", "GET /{a..}x", "GET /{a...}/{b...}"] {
      #expect(throws: RoutePattern.Malformed.self, "\(text)") { try RoutePattern(text) }
    }
    let site = try self.router(["GET /{path...}", "GET /api"])
    #expect(match(site, .get, "/") == #"0 [""]"#)
    #expect(match(site, .get, "/x/y") == #"0 ["x/y"]"#)
    #expect(match(site, .get, "/api") == "1 []")
    #expect(match(site, .get, "/api/") == #"0 ["api/"]"#)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func theRestIsWhatTheSegmentsDecodeTo(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let router = try router(["GET /f/{path...}", "GET /f/{a}/x/{b}/y", "GET /f/{a}/{b}/z"])
    let pieces = ["a", "x", "y", "z", "%20", "%2f", "ä", "%c3%a4", "b.c", "..."]
    for _ in 0..<500 {
      let segments = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        (0..<Int.random(in: 1...3, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      }
      let decoded = segments.map {
        $0.replacing("%20", with: " ").replacing("%2f", with: "/").replacing("%c3%a4", with: "ä")
      }
      let isFirst = segments.count == 4 && decoded[1] == "x" && decoded[3] == "y"
      let isSecond = segments.count == 3 && decoded[2] == "z"
      let expected =
        isFirst
        ? "1 \([decoded[0], decoded[2]])"
        : isSecond ? "2 \([decoded[0], decoded[1]])" : "0 \([decoded.joined(separator: "/")])"
      let path = "/f/" + segments.joined(separator: "/")
      #expect(match(router, .get, path) == expected, "seed \(seed): \(path)")
    }
  }

  @Test func namesBothOwnersOfAClash() throws {
    let router = try router(["GET /a/{x}"])
    #expect(throws: Router<Int>.Clash.self) { try router.add(RoutePattern("GET /a/{y}"), owner: "other", 9) }
    do {
      try router.add(RoutePattern("GET /a/{y}"), owner: "other", 9)
    } catch let clash as Router<Int>.Clash {
      #expect(clash.sentence == "other and plugin 0 both declare the route GET /a/{y}.")
    }
  }

  @Test(arguments: [
    "", "GET", "GET  /a", "get /a", "HEAD /a", "OPTIONS /a", "FETCH /a", "GET a", "GET /a b", "GET /a//b", "GET /a/",
    "GET /{}",
    "GET /{a", "GET /a}", "GET /x{a}", "GET /{a}/{a}", "GET /../a", "GET /ä", "GET /a?b", "GET /{{a}}",
  ]) func refusesRoutesThatAreNone(text: String) {
    #expect(throws: RoutePattern.Malformed.self) { try RoutePattern(text) }
  }

  // The route is a constant of the form that the tests above accept.
  private let declaration = Declaration(
    service: "tasks", name: "update",
    parameters: [
      .init(name: "id", kind: .string), .init(name: "priority", kind: .integer), .init(name: "ratio", kind: .number),
      .init(name: "done", kind: .bool), .init(name: "tags", kind: .json, isArray: true),
      .init(name: "filter", kind: .json), .init(name: "data", kind: .bytes),
    ], route: try! RoutePattern("PATCH /api/tasks/{id}"))

  private func arguments(path: [String] = ["x"], query: String = "", body: String = "") -> String {
    var writer = ArgumentWriter()
    var output = ByteBuffer()
    let path = path.map { text in SharedBytes { $0.append(text) } }
    return withBytes(query) { query in
      withBytes(body) { body in
        do throws(Problem) {
          try writer.write(declaration, path: path.map(\.bytes), query: query, body: body, to: &output)
          return output.bytes.text
        } catch { return "\(error.status.name): \(error.detail)" }
      }
    }
  }

  @Test func typesPathAndQueryByTheDeclaration() {
    #expect(arguments() == #"{"id":"x"}"#)
    #expect(
      arguments(path: ["5"], query: "priority=5&ratio=-1.5e3&done=true")
        == #"{"id":"5","priority":5,"ratio":-1.5e3,"done":true}"#)
    #expect(
      arguments(query: "priority=five&ratio=+1&done=1") == #"{"id":"x","priority":"five","ratio":" 1","done":"1"}"#)
    #expect(arguments(query: "priority=&done") == #"{"id":"x","priority":"","done":""}"#)
    #expect(arguments(query: "unknown=1&a%20b=c+d%26") == #"{"id":"x","unknown":"1","a b":"c d&"}"#)
    #expect(arguments(query: "&&priority=1&") == #"{"id":"x","priority":1}"#)
  }

  @Test func makesArraysOfRepeatedJSONParameters() {
    #expect(arguments(query: "tags=a") == #"{"id":"x","tags":["a"]}"#)
    #expect(arguments(query: "tags=a&tags=2&tags=c") == #"{"id":"x","tags":["a","2","c"]}"#)
    #expect(arguments(query: "tags=%5B%5D&tags=a") == #"{"id":"x","tags":["a"]}"#)
    #expect(arguments(query: "tags=%5B1,2%5D") == #"{"id":"x","tags":[1,2]}"#)
    #expect(arguments(query: "filter=%7B%22a%22:1%7D") == #"{"id":"x","filter":{"a":1}}"#)
    #expect(arguments(query: "filter=plain") == #"{"id":"x","filter":"plain"}"#)
    #expect(arguments(query: "filter=null") == #"{"id":"x","filter":"null"}"#, "a word, not nothing")
    #expect(arguments(query: "filter=a&filter=b") == #"{"id":"x","filter":["a","b"]}"#)
    #expect(arguments(query: "tags=a&done=true&tags=b").hasPrefix("invalid_argument: "))
  }

  @Test func mergesTheBodyAndRefusesAClash() {
    #expect(arguments(body: #" {"priority": 1, "tags":["a"]} "#) == #"{"id":"x","priority":1,"tags":["a"]}"#)
    #expect(arguments(body: #"{"id":"x","done":true}"#) == #"{"id":"x","done":true}"#)
    #expect(arguments(body: #"{"\u0069d":"\u0078"}"#) == #"{"id":"x"}"#)
    #expect(
      arguments(body: #"{"id":"y"}"#) == "invalid_argument: id is given twice with different values; give it once.")
    #expect(arguments(query: "id=x") == #"{"id":"x"}"#)
    #expect(arguments(query: "id=y").hasPrefix("invalid_argument: id is given twice"))
    #expect(arguments(query: "priority=1", body: #"{"priority":1}"#) == #"{"id":"x","priority":1}"#)
    #expect(arguments(query: "priority=1", body: #"{"priority":2}"#).hasPrefix("invalid_argument: priority"))
    #expect(
      arguments(query: "priority=1&priority=2")
        == "invalid_argument: The query gives priority twice; it takes one value.")
  }

  @Test func refusesABodyThatIsNoObjectAndSaysWhere() {
    #expect(arguments(body: "[1]") == "invalid_argument: The body must be a JSON object: expected an object at byte 0.")
    #expect(
      arguments(body: #"{"a":tru}"#) == "invalid_argument: The body must be a JSON object: expected true at byte 5.")
    #expect(arguments(query: "a=%zz").hasPrefix("invalid_argument: The query has a broken percent escape"))
  }
}
