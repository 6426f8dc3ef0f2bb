/// Finds what answers a request. Literal segments win over parameters.
final class Router<Endpoint> {
  /// A pattern and what answers it.
  final class Route {
    let pattern: RoutePattern
    let endpoint: Endpoint
    /// Whose route it is, for the sentence about a clash.
    let owner: String
    let meter: RouteMeter

    init(pattern: RoutePattern, endpoint: Endpoint, owner: String) {
      self.pattern = pattern
      self.endpoint = endpoint
      self.owner = owner
      meter = RouteMeter(pattern.method, String(pattern.text.drop { $0 != " " }.dropFirst()))
    }
  }

  /// Two routes that answer the same requests.
  struct Clash: Error {
    var sentence: String
  }

  enum Match {
    /// Parameters are in ``Router/captures``.
    case found(Route)
    /// The path is known, the method is not.
    case methodNotAllowed(allow: String)
    case notFound
    /// The path has a broken escape or leaves its place.
    case malformed
  }

  private final class Node {
    /// What leads here from the node above, when that is a literal segment.
    let name: [UInt8]
    private var literals: [Node] = []
    /// Length and first bytes of the names of ``literals``: they tell nearly all of them apart.
    private var keys: [UInt64] = []
    var parameter: Node?
    var rest: Node?
    var routes: [Route] = []

    init(_ name: [UInt8] = []) { self.name = name }

    /// The node behind a literal segment, made when it is missing.
    func addLiteral(_ name: [UInt8]) -> Node {
      if let known = name.withUnsafeBufferPointer(literal) { return known }
      let fresh = Node(name)
      literals.append(fresh)
      keys.append(name.withUnsafeBufferPointer(Self.key))
      return fresh
    }

    /// The node behind a literal segment.
    func literal(_ segment: Bytes) -> Node? {
      let key = Self.key(segment)
      for index in keys.indices where keys[index] == key {
        if segment.count < 8 || segment.elementsEqual(literals[index].name) { return literals[index] }
      }
      return nil
    }

    /// The length of a segment and its first seven bytes.
    private static func key(_ segment: Bytes) -> UInt64 {
      segment.prefix(7).reduce(UInt64(UInt8(truncatingIfNeeded: segment.count))) { $0 << 8 | UInt64($1) }
    }

    func route(for method: HTTPMethod) -> Route? {
      routes.first { $0.pattern.method == method } ?? (method == .head ? route(for: .get) : nil)
    }

    /// The value of `Allow`.
    var allow: String {
      var names = routes.map { "\($0.pattern.method.name)" }
      if names.contains("GET") { names.append("HEAD") }
      return (names + ["OPTIONS"]).joined(separator: ", ")
    }
  }

  private let root = Node()
  private var segments: [Bytes] = []
  private var decoded = ByteBuffer()
  /// The decoded values of the parameters of the last match, in order. Borrowed until the next match.
  private(set) var captures: [Bytes] = []

  /// Adds a route.
  func add(_ pattern: RoutePattern, owner: String, _ endpoint: Endpoint) throws(Clash) {
    var node = root
    for segment in pattern.segments {
      switch segment {
      case .literal(let name):
        node = node.addLiteral(Array(name.utf8))
      case .parameter:
        let next = node.parameter ?? Node()
        node.parameter = next
        node = next
      case .rest:
        let next = node.rest ?? Node()
        node.rest = next
        node = next
      }
    }
    if let other = node.routes.first(where: { $0.pattern.method == pattern.method }) {
      throw Clash(sentence: "\(owner) and \(other.owner) both declare the route \(pattern.text).")
    }
    node.routes.append(Route(pattern: pattern, endpoint: endpoint, owner: owner))
  }

  /// Finds the route of a path without its query.
  func match(_ method: HTTPMethod, _ path: Bytes) -> Match {
    guard split(path) else { return .malformed }
    captures.removeAll(keepingCapacity: true)
    guard let node = find(root, 0) else { return .notFound }
    guard let route = node.route(for: method) else { return .methodNotAllowed(allow: node.allow) }
    return .found(route)
  }

  private func find(_ node: Node, _ depth: Int) -> Node? {
    guard depth < segments.count else { return node.routes.isEmpty ? nil : node }
    let segment = segments[depth]
    if let literal = node.literal(segment), let found = find(literal, depth + 1) { return found }
    if let parameter = node.parameter, !segment.isEmpty {
      captures.append(segment)
      if let found = find(parameter, depth + 1) { return found }
      captures.removeLast()
    }
    guard let rest = node.rest else { return nil }
    captures.append(joined(from: depth))
    return rest
  }

  /// The decoded segments from one on, with slashes between them.
  private func joined(from depth: Int) -> Bytes {
    let start = decoded.count
    for index in depth..<segments.count {
      if index > depth { decoded.append(UInt8(ascii: "/")) }
      decoded.append(segments[index])
    }
    return decoded.slice(start, decoded.count - start)
  }

  /// Cuts a path into decoded segments. A slash that is escaped belongs to its segment.
  private func split(_ path: Bytes) -> Bool {
    segments.removeAll(keepingCapacity: true)
    decoded.removeAll(keeping: 64 * 1024)
    decoded.reserve(2 * path.count)  // Slices into `decoded` stay valid: it does not grow any more.
    var start = 1
    for index in 1...max(path.count, 1) where index >= path.count || path[index] == UInt8(ascii: "/") {
      var segment = path.part(min(start, path.count)..<min(index, path.count))
      if segment.contains(UInt8(ascii: "%")) {
        let begin = decoded.count
        guard decoded.append(percentDecoding: segment) else { return false }
        segment = decoded.slice(begin, decoded.count - begin)
        // What takes the rest of a path may be the name of a file: no escaped slash leads out of it either.
        let parts = segment.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if parts.contains(where: { $0.elementsEqual([0x2e]) || $0.elementsEqual([0x2e, 0x2e]) }) { return false }
      }
      if segment.equals(".") || segment.equals("..") { return false }
      segments.append(segment)
      start = index + 1
    }
    return true
  }
}
