/// The members of a JSON object, in the order in which they are written.
public struct Fields: Sendable {
  /// The members; setting a name through the subscript keeps its place.
  public private(set) var members: [(name: String, value: Value)] = []

  public init() {}

  /// - Parameter members: A name that comes twice counts with its last value.
  public init(_ members: some Sequence<(String, Value)>) {
    for (name, value) in members { self[name] = value }
  }

  /// The value of a member; nil when there is none. Setting nil removes the member, a new one goes to the end.
  public subscript(name: String) -> Value? {
    get { members.first { $0.name == name }?.value }
    set {
      let place = members.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The names, in their order.
  public var names: [String] { members.map(\.name) }

  /// Puts the members into the order of `names`, no name of which comes twice; those that are not named follow in the
  /// order they have.
  public func arranged(by names: [String]) -> Fields {
    var rest = members
    var arranged = Fields()
    arranged.members.reserveCapacity(rest.count)
    for name in names {
      guard let place = rest.firstIndex(where: { $0.name == name }) else { continue }
      arranged.members.append(rest.remove(at: place))
    }
    arranged.members += rest
    return arranged
  }
}

extension Fields: Equatable {
  /// The order does not matter.
  public static func == (left: Fields, right: Fields) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}

extension Fields: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral members: (String, Value)...) { self.init(members) }
}
