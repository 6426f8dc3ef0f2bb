import PluginKit

/// Schemas and examples of the service `mcp_servers`.
enum ServerText {
  static let name = Parameter.string("name", "The name of the server.")

  private static let tools = #"""
    "tools":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["tool","method","effect"],
      "properties":{"tool":{"type":"string"},"method":{"type":"string"},
        "effect":{"enum":["read","write","destructive","admin"]}}}},
    "refused":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["tool","reason"],
      "properties":{"tool":{"type":"string"},"reason":{"type":"string"}}}}
    """#

  static let server = #"""
    {"type":"object","additionalProperties":false,"required":["name","origin","state","service","tools","refused"],
    "properties":{"name":{"type":"string"},"origin":{"enum":["configuration","admin"]},
    "state":{"enum":["disabled","connecting","connected","waiting","failed"]},
    "command":{"type":"string"},"args":{"type":"array","items":{"type":"string"}},"url":{"type":"string"},
    "server":{"type":"string"},"protocolVersion":{"type":"string"},"fault":{"type":"string"},
    "service":{"type":"string"},\#(tools)}}
    """#

  static let list = #"""
    {"type":"object","additionalProperties":false,"required":["items"],
    "properties":{"items":{"type":"array","items":\#(server)}}}
    """#

  static let findings = #"""
    {"type":"object","additionalProperties":false,"required":["ok"],
    "properties":{"ok":{"type":"boolean"},"fault":{"type":"string"},"server":{"type":"string"},"protocolVersion":{"type":"string"},\#(tools)}}
    """#

  static let definition = #"""
    {"type":"object","additionalProperties":false,"properties":{
    "command":{"type":"string","minLength":1},"args":{"type":"array","items":{"type":"string"}},
    "env":{"type":"object","additionalProperties":{"type":"string"}},"cwd":{"type":"string","pattern":"^/"},
    "url":{"type":"string","pattern":"^https?://"},
    "headers":{"type":"object","additionalProperties":{"type":"string"}},
    "tools":{"type":"array","items":{"type":"string"}},
    "permissions":{"type":"object","additionalProperties":{"enum":["read","write","destructive","admin"]}},
    "streamed":{"type":"array","items":{"type":"string"}},
    "timeoutSeconds":{"type":"integer","minimum":1,"maximum":86400},"disabled":{"type":"boolean"}}}
    """#

  static let addExamples = #"""
    [{"args":{"name":"files","server":{"command":"/usr/bin/false","disabled":true}},
    "result":{"name":"files","origin":"admin","state":"disabled","command":"/usr/bin/false","args":[],
    "service":"mcp_files","tools":[],"refused":[]}},
    {"args":{"name":"files","server":{"command":"/usr/bin/false"}},"error":"already_exists"},
    {"args":{"name":"both","server":{}},"error":"invalid_argument"}]
    """#

  static let unknownExamples = #"[{"args":{"name":"nobody"},"error":"not_found"}]"#

  static let removeExamples = #"""
    [{"args":{"name":"files"},"result":null},{"args":{"name":"files"},"error":"not_found"}]
    """#
}
