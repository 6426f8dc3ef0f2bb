/// Methods by their full names, found by bytes: no `String` is made of a name that comes in with a call.
///
/// Open addressing with linear probing. The names are those of declarations, never a caller's, so that nobody outside can
/// fill the table with names of one place.
struct MethodTable {
  /// A power of two, at least twice as many as there are methods: a search always ends at a free place.
  private var places = [RegisteredMethod?](repeating: nil, count: 64)
  private var count = 0

  /// The method of that name.
  func method(named name: UnsafeRawBufferPointer) -> RegisteredMethod? {
    var place = name.quickHash & (places.count - 1)
    while let method = places[place] {
      if method.name.hasBytes(name) { return method }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// Adds a method of a name that is not there yet.
  mutating func add(_ method: RegisteredMethod) {
    if (count + 1) * 2 > places.count {
      let old = places.compactMap(\.self)
      self = MethodTable(capacity: places.count * 2)
      for method in old { add(method) }
    }
    var place = method.name.str.bytes.quickHash & (places.count - 1)
    while places[place] != nil { place = (place + 1) & (places.count - 1) }
    places[place] = method
    count += 1
  }

  /// Takes methods away.
  mutating func remove(_ isGone: (RegisteredMethod) -> Bool) {
    let rest = places.compactMap(\.self).filter { !isGone($0) }
    self = MethodTable(capacity: places.count)
    for method in rest { add(method) }
  }

  init() {}

  private init(capacity: Int) { places = Array(repeating: nil, count: capacity) }
}
