import CPluginSDK
import PluginKit

/// Raw routes and files of plugins.
extension Application {
  func takesBodyInParts(_ exchange: HTTPExchange) -> Bool {
    catalog.refresh()
    guard catalog.hasStreamedRoutes, exchange.connection?.isWebSocketOnly != true else { return false }
    guard case .found(let match) = catalog.router.match(exchange.method, exchange.path),
      case .raw(let route) = match.endpoint
    else { return false }
    return route.isStreamed
  }

  /// Lets the plugin of a route answer.
  func run(_ route: RawRoute, _ exchange: HTTPExchange, as principal: Principal?) {
    let raw: RawExchange
    do throws(Problem) {
      raw = try makeRaw(route, exchange, as: principal ?? authenticator.nobody)
    } catch {
      return exchange.respond(error)
    }
    withExtendedLifetime(raw) {
      let status = gate.run(route, raw.pointer)
      guard status == .ok else {
        guard status == .permissionDenied else {
          return exchange.respond(
            Problem(
              status, "The plugin \"\(route.plugin)\" does not answer now; try again later.", plugin: route.plugin))
        }
        var problem = gate.problem(of: status.rawValue, raw.contextPointer)
        (problem.metadata, problem.scope) = (metadata(of: exchange), route.permission)
        return exchange.respond(problem)
      }
      guard let folder = route.folder else { return }
      raw.handBack()
      send(folder, exchange)
    }
  }

  /// Where a plugin says who gives credentials for what stands at the path of a request (RFC 9728); nil where none does.
  func metadata(of exchange: HTTPExchange) -> String? {
    let path = exchange.target.text.prefix { $0 != "?" }
    var place = "/.well-known/oauth-protected-resource\(path)"
    guard let host = exchange.remote.host?.bytes ?? exchange.header("host"), !host.contains(UInt8(ascii: "\"")) else {
      return nil
    }
    guard case .found = place.withUTF8({ catalog.router.match(.get, $0) }) else { return nil }
    return "\(exchange.remote.isSecure ? "https" : "http")://\(host.text)\(place)"
  }

  private func makeRaw(
    _ route: RawRoute, _ exchange: HTTPExchange, as principal: Principal
  ) throws(Problem) -> RawExchange {
    let captures = zip(route.pattern.parameters, catalog.router.captures).map {
      (name: $0, value: SharedBytes(copying: $1))
    }
    let pairs = try Self.pairs(of: exchange.query)
    if let problem = gate.crowding { throw problem }
    let trace = trace(of: exchange)
    let lasts = route.isStreamed || exchange.header("upgrade") != nil
    let wait = Preferences(exchange).wait
    let context = try gate.makeContext(principal, trace: trace, wait: wait, isLasting: lasts)
    exchange.answerTime = UInt64(gate.time(within: wait))
    return RawExchange(exchange, self, route, as: principal, context: context, captures: captures, query: pairs)
  }

  static func pairs(of query: Bytes) throws(Problem) -> [(name: SharedBytes, value: SharedBytes)] {
    var pairs: [(name: SharedBytes, value: SharedBytes)] = []
    for pair in query.split(separator: UInt8(ascii: "&")) {
      let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      let name = Bytes(rebasing: pair[pair.startIndex..<end])
      let value = Bytes(rebasing: pair[min(end + 1, pair.endIndex)..<pair.endIndex])
      pairs.append((try decoded(name), try decoded(value)))
    }
    return pairs
  }

  private static func decoded(_ text: Bytes) throws(Problem) -> SharedBytes {
    var buffer = ByteBuffer()
    guard buffer.append(percentDecoding: text, plusIsSpace: true) else {
      throw Problem(.invalidArgument, "The query has a broken percent escape or text that is no UTF-8.")
    }
    return SharedBytes(copying: buffer.bytes)
  }

  /// Answers with the file that the rest of the path names, or the index of the folder.
  func send(_ folder: StaticFolder, _ exchange: HTTPExchange) {
    guard let file = folder.file(catalog.router.captures.last ?? Bytes(start: nil, count: 0)) else {
      return exchange.respond(Problem(http: .notFound, detail: "There is no file \(exchange.target.text)."))
    }
    FileAnswer(file: file, folder: folder).send(exchange, readFile)
  }
}
