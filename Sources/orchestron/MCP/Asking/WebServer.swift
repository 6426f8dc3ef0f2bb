import CCurl
import Glibc
import OrchestronHost

/// A server that is reached by Streamable HTTP.
struct WebServer {
  let url: String
  let headers: [String]

  /// Asks and waits for the result.
  func ask(_ question: Question) throws(Problem) -> JSON {
    let (status, body) = try post(question)
    let text = String(decoding: body, as: UTF8.self)
    // An event stream has the answer in its last data.
    let events = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data:") }.map { $0.dropFirst(5) }
    let answer = try? JSON(parsing: events.last.map(String.init) ?? text)
    switch status {
    case 401:
      throw problem(.unauthenticated, "it does not know the token; set ORCHESTRON_TOKEN to one of its tokens")
    case 403: throw problem(.permissionDenied, "it refuses the request: \(text.prefix(200))")
    case 404 where answer?["error"] == nil:
      throw problem(.notFound, "it has no such page; the address ends with /mcp and the plugin mcp has to be loaded")
    default: break
    }
    guard let answer else { throw problem(.internal, "it answers \(status), but nothing of MCP: \(text.prefix(200))") }
    return try answer.result
  }

  private func problem(_ status: Status, _ sentence: String) -> Problem { Problem(Failure(status, sentence)) }

  private func post(_ question: Question) throws(Problem) -> (status: Int, body: [UInt8]) {
    guard let handle = curl_easy_init() else { throw problem(.resourceExhausted, "no memory for an HTTP request") }
    defer { curl_easy_cleanup(handle) }
    let own = [
      "Content-Type: application/json", "Accept: application/json, text/event-stream",
      "MCP-Protocol-Version: \(Question.version)", "Mcp-Method: \(question.method)",
    ]
    var list: UnsafeMutablePointer<curl_slist>?
    for header in own + headers { list = curl_slist_append(list, header) }
    defer { curl_slist_free_all(list) }
    let body = question.message(id: 1).bytes
    var answer: [UInt8] = []
    var status = 0
    let code = withUnsafeMutablePointer(to: &answer) { place in
      url.withCString { _ = curl_set_pointer(handle, CURLOPT_URL, $0) }
      "http,https".withCString { _ = curl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, $0) }
      curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
      curl_set_int64(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
      body.withUnsafeBytes { _ = curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
      curl_set_long(handle, CURLOPT_TIMEOUT_MS, 30_000)
      curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
      curl_set_pointer(handle, CURLOPT_WRITEDATA, place)
      curl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, place in
        guard let place = place?.assumingMemoryBound(to: [UInt8].self), place.pointee.count < 64 << 20 else { return 0 }
        place.pointee += UnsafeRawBufferPointer(start: bytes, count: size * count)
        return size * count
      }
      let code = curl_easy_perform(handle)
      curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
      return code
    }
    guard code == CURLE_OK else {
      throw problem(.unavailable, "\(url) cannot be reached: \(String(cString: curl_easy_strerror(code)))")
    }
    return (status, answer)
  }
}
