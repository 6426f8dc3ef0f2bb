import Testing

@testable import HTTPPlugin

@Suite struct JSONRPCTests {
  /// What a text holds, one line per item.
  private func read(_ text: String) -> [String] {
    withBytes(text) { bytes in
      var lines: [String] = []
      do throws(JSONRPC.Failure) {
        let shape = try JSONRPC.read(bytes) { item in
          switch item {
          case .request(let request):
            lines.append("\(request.id?.text ?? "-") \(request.method.text) \(request.params?.text ?? "-")")
          case .invalid(let failure, let id): lines.append("\(id?.text ?? "-") error \(failure.code)")
          }
        }
        if shape == .batch { lines.append("batch") }
      } catch { lines.append("error \(error.code)") }
      return lines
    }
  }

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":1,"method":"tasks.get","params":{"id":"x"}}"#, [#"1 tasks.get {"id":"x"}"#]),
    (#"{"method":"a","id":"q","jsonrpc":"2.0","extra":[1]}"#, [#""q" a -"#]),
    (#"{"jsonrpc":"2.0","method":"a"}"#, ["- a -"]),
    (#"{"jsonrpc":"2.0","id":null,"method":"a"}"#, ["null a -"]),
    (
      #"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","method":"b"},5,{"id":2}]"#,
      ["1 a -", "- b -", "- error -32600", "2 error -32600", "batch"]
    ),
    ("{", ["error -32700"]), ("", ["error -32700"]), ("[]", ["error -32600"]), ("5", ["error -32600"]),
    (#"[{"jsonrpc":"2.0","id":1,"method":"a"},"#, ["error -32700"]),
    (#"{"jsonrpc":"1.0","id":1,"method":"a"}"#, ["1 error -32600"]),
    (#"{"jsonrpc":"2.0","id":1}"#, ["1 error -32600"]),
    (#"{"jsonrpc":"2.0","id":1,"method":5}"#, ["1 error -32600"]),
    (#"{"jsonrpc":"2.0","id":[1],"method":"a"}"#, ["- error -32600"]),
    (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#, ["2 error -32600"]),
    (#"{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}"#, ["1 error -32602"]),
    (#"{"jsonrpc":"2.0","id":1,"method":"a","params":"x"}"#, ["1 error -32602"]),
  ]) func reads(text: String, items: [String]) {
    #expect(read(text) == items)
  }

  @Test func boundsABatch() {
    let item = #"{"jsonrpc":"2.0","id":1,"method":"a"}"#
    #expect(read("[" + Array(repeating: item, count: 101).joined(separator: ",") + "]") == ["error -32600"])
    #expect(read("[" + Array(repeating: item, count: 100).joined(separator: ",") + "]").count == 101)
  }

  @Test func writesRepliesErrorsAndNotifications() {
    let result = written { buffer in
      withBytes("7") { id in withBytes("[1]") { buffer.appendRPC(result: $0, id: id) } }
    }
    #expect(result == #"{"jsonrpc":"2.0","id":7,"result":[1]}"#)
    let error = written { buffer in
      withBytes("\"a\"") { id in
        let problem = Problem(.notFound, "no task", plugin: "core")
        buffer.appendRPC(error: problem, code: problem.status.rpcCode, id: id)
      }
    }
    #expect(
      error == #"{"jsonrpc":"2.0","id":"a","error":{"code":1005,"message":"no task","data":"#
        + #"{"type":"about:blank","title":"Not Found","status":404,"detail":"no task","code":"not_found","plugin":"core"}}}"#
    )
    let failure = JSONRPC.Failure.invalidRequest("no")
    #expect(
      written { $0.appendRPC(error: failure.problem, code: failure.code, id: nil) }
        .hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no","data":{"#))
    #expect(
      written { $0.appendRPC(notification: "event") { $0.append("{}") } }
        == #"{"jsonrpc":"2.0","method":"event","params":{}}"#)
  }
}
