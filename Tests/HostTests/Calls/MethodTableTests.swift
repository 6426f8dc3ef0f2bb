import CHost
import Testing

@testable import OrchestronHost

@Suite struct MethodTableTests {
  /// Methods of many lengths, many of which share a place: names of 16 letters and more differ in the middle alone.
  @Test func findsWhatIsThereAndNothingElse() throws {
    let host = try TestHost([try Fixtures.path("plain")])
    try host.start()
    let plugin = try #require(host.host.lifecycle.plugin("plain"))
    func method(_ service: String, _ name: String) throws -> RegisteredMethod {
      let declaration = MethodDeclaration(
        service: service, name: name, doc: "Is there.", flags: .handler, route: nil, permission: nil, examples: nil,
        parameters: [], result: .nothing, resultSchema: nil, resultSchemaSource: nil, function: {}, user: nil)
      return try RegisteredMethod(declaration, plugin: plugin)
    }
    var table = MethodTable()
    var there: [String: RegisteredMethod] = [:]
    func check(_ name: String) {
      let found = orch_str.with(name) { table.method(named: $0.bytes) }
      #expect(found === there[name], "\(name)")
    }
    for service in ["s", "service", "services-alike", "another"] {
      for number in 0..<120 {
        let name = number % 2 == 0 ? "m\(number)" : "alike\(number % 10)\(number / 10)\(number % 7)alikealike"
        guard there["\(service).\(name)"] == nil else { continue }
        let method = try method(service, name)
        there[method.name.string] = method
        table.add(method)
      }
    }
    for name in there.keys { check(name) }
    for name in ["", ".", "s", "s.", "s.m", "s.m00", "service.alike000alikealik"] { check(name) }
    for service in ["service", "s"] {
      table.remove { $0.declaration.service == service }
      let gone = there.keys.filter { there[$0]?.declaration.service == service }
      for name in gone { there[name] = nil }
      for name in gone + there.keys { check(name) }
    }
    withExtendedLifetime(host) {}
  }
}
