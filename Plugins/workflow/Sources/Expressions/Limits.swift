/// What an expression may cost. Each bound is far above what a person writes by hand, and keeps a hostile text from holding
/// up the loop: without comprehensions, the work of an expression grows with its own size and that of its data alone.
enum Limits {
  /// Bytes of an expression, and of a text with expressions in it.
  static let text = 16_384
  /// How deep expressions may nest.
  static let depth = 64
  /// How high the syntax tree may be: a chain such as `a + b + c` is as high as it is long.
  static let height = 256
  /// Steps of one evaluation; looking at 64 bytes or at an element of a list counts as one as well.
  static let steps = 100_000
  /// Bytes of a string that an expression makes.
  static let result = 1 << 20
}
