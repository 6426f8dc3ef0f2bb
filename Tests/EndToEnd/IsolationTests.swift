import Testing

/// What the slots are made for: the same caller, whether the callee is here or in a child process.
@Suite struct IsolationTests {
  @Test func reachesAPluginInAChildThroughTheSameSlot() throws {
    let rice = try Client.example("rice")
    let program = "\(Client.root)/.build/isolation-test"
    let built = try Client.execute([
      "cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-I\(Client.root)/plugin-sdk/include",
      "\(Client.root)/Tests/EndToEnd/isolation/isolation.c", "-o", program, "-lffi",
    ])
    try #require(built.status == 0, "\(built.output)")
    let result = try Client.execute([program, "\(rice)/build/librice.so"])
    #expect(result.status == 0)
    #expect(result.output == "equal here and in the child\n")
  }
}
