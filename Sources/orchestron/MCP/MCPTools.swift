import ArgumentParser
import OrchestronHost

struct MCPTools: Command {
  static let configuration = CommandConfiguration(
    commandName: "tools",
    abstract: "List the tools that a client is offered, and what they cost it.",
    discussion: """
      Every tool of a client's list takes room in its model's context. --tokens estimates how much, at 3.5 bytes of \
      JSON a token, which tokenizers of models come near to.

      Examples:
        orchestron mcp tools
        orchestron mcp tools --profile full --tokens
        orchestron mcp tools --json
      """)

  @Flag(help: "Show about how many tokens each takes.")
  var tokens = false

  @OptionGroup var wishes: MCPOptions
  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let session = try HostSession(HostSeeker(place), wishes: wishes.arguments)
    let tools = try Question.tools(session.ask)
    let costs = tools.map { ($0.bytes.count * 2 + 6) / 7 }
    let sum = costs.reduce(0, +)
    if output.json {
      let items = zip(tools, costs).map { tool, cost in
        var item = tool.object ?? [:]
        if tokens { item["tokens"] = .int(Int64(cost)) }
        return JSON.object(item)
      }
      var answer: JSONObject = ["items": .array(items), "next": .null]
      if tokens { answer["tokens"] = .int(Int64(sum)) }
      return Output.json(.object(answer))
    }
    Output.table(
      ["TOOL"] + (tokens ? ["TOKENS"] : []) + ["DOES", "TITLE"],
      zip(tools, costs).map { tool, cost in
        [tool["name"]?.string ?? ""] + (tokens ? ["\(cost)"] : []) + [tool.effect, tool["title"]?.string ?? ""]
      })
    Output.line("\(tools.count) \(tools.count == 1 ? "tool" : "tools")\(tokens ? ", about \(sum) tokens" : "")")
  }
}

extension JSON {
  /// What a tool says that it does.
  fileprivate var effect: String {
    if self["annotations"]?["readOnlyHint"]?.bool == true { return "read" }
    return self["annotations"]?["destructiveHint"]?.bool == false ? "write" : "destroy"
  }
}
