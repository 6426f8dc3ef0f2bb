import CPluginSDK
import PluginKit

// The example of docs/plugin-authors/mcp.md, word for word between the two marks.
// begin
/// A herbarium: a tool that draws, one that asks, resources by name that change, and a prompt.
final class Herbarium: Plugin {
  static let id = "herbarium"
  static let version = "1.0.0"

  private let host: Host
  private var sheets = ["mint": "Mentha, by the brook", "sage": "Salvia, on the dry slope"]

  init(host: Host, config: JSONValue) { self.host = host }

  func start() throws {
    try host.tool(
      "herbarium_draw", "Draws a plant.", input: Self.plant, hints: .readOnly
    ) { call in
      call.report(1, of: 2, "looks at it")
      return ["This is \(try call.string("name")):", .image([0x89, 0x50], type: "image/png")]
    }

    // Asks before it does harm. The handler runs anew with the answer: no call waits for a person.
    try host.tool(
      "herbarium_burn", "Takes a sheet away.", input: Self.plant, hints: .destructive
    ) { [unowned self] call in
      let name = try call.string("name")
      guard let reply = try call.reply("sure") else {
        return .ask(["sure": .form("Burn \(name)?", fields: #"{"type":"object","properties":{}}"#)], state: name)
      }
      guard reply["action"].string == "accept", call.state == name else { return "Nothing was burnt." }
      guard sheets.removeValue(forKey: name) != nil else { throw Failure(.notFound, "there is no sheet \(name)") }
      host.updated("herbarium://sheets/\(name)")
      return "\(name) is ashes."
    }

    try host.resources(
      "herbarium://sheets/{name}", name: "sheet", "What is written on a sheet.",
      complete: { [unowned self] call in
        sheets.keys.filter { $0.hasPrefix(call.argument("name") ?? "") }.sorted()
      },
      handler: { [unowned self] call in
        guard let text = sheets[try call.string("name")] else { throw Failure(.notFound, "there is no sheet there") }
        return [.text(text)]
      })

    try host.prompt("herbarium_label", "Write a label for a plant.", arguments: [MCPArgument("name", "Which")]) {
      call in
      [.text("Write a label of three lines for \(try call.string("name")).")]
    }
  }

  private static let plant = #"{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}"#
}
// end

@Loop
func herbariumEntry(_ host: UnsafeMutablePointer<orch_host>?) -> UnsafePointer<orch_plugin>? {
  Herbarium.entry(host)
}
