/// A public method as the host knows it: what its REST face is derived from.
final class Declaration {
  struct Parameter {
    enum Kind {
      case bool, integer, number, string, bytes, json
    }

    var name: String
    var kind: Kind
    /// Whether the schema of a json parameter wants an array: then a single query value becomes one of one element.
    var isArray = false
    /// Whether a call must have it.
    var isRequired = false
  }

  let service: String
  let name: String
  /// `tasks.get`
  let fullName: String
  let parameters: [Parameter]
  let route: RoutePattern
  /// Whether it emits chunks before it answers.
  var isStream = false
  /// Whether it has a result: without one, its answer is that there is nothing to say.
  var hasResult = false
  /// Whether it has no effect.
  var isRead = false
  /// Whether a client may choose what it wants of the answer by `?fields=`: not where that is an argument of the method.
  var takesFields = false
  /// The members that its answer may have, or each item of the list that it answers; nil when the schema does not tell.
  var fields: [String]?
  /// Whether its answer is an entity that the call has made.
  var creates = false
  /// The path below which such an entity has its address; that of the request when nil.
  var home: String?
  /// Whether a call may hold for one revision of what it changes: `If-Match` is the argument `revision` then. A method
  /// that cannot do without a revision means something else by it.
  let takesRevision: Bool
  /// Whether a call may bear a key by which it is done once only.
  let takesIdempotencyKey: Bool

  init(service: String, name: String, parameters: [Parameter], route: RoutePattern) {
    self.service = service
    self.name = name
    self.parameters = parameters
    self.route = route
    fullName = "\(service).\(name)"
    takesRevision = parameters.contains { $0.name == "revision" && !$0.isRequired }
    takesIdempotencyKey = parameters.contains { $0.name == "idempotencyKey" }
  }

  func parameter(named name: Bytes) -> Parameter? {
    for parameter in parameters where parameter.name.utf8.count == name.count {
      if parameter.name.utf8.elementsEqual(name) { return parameter }
    }
    return nil
  }
}
