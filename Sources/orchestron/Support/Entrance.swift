import OrchestronHost

/// The link by which a browser of this machine's user enters.
struct Entrance {
  let link: String
  /// Until when it is good, and for one browser only; nil when nobody asks who enters.
  let expiresAt: String?

  /// - Parameters:
  ///   - base: Where HTTP is served.
  ///   - call: Calls a method without arguments.
  init(to base: String, call: (_ method: String) throws(Problem) -> JSON) throws(Problem) {
    do throws(Problem) {
      let code = try call("auth.code")
      link = base + (code["link"]?.string ?? "/")
      expiresAt = code["expiresAt"]?.string
    } catch  where error.failure.status == .notFound {
      link = "\(base)/"
      expiresAt = nil
    }
  }
}
