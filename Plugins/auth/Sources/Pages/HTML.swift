/// The pages of this plugin: no script, nothing from elsewhere.
enum HTML {
  static func escaped(_ text: String) -> String {
    var out = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }

  /// What every answer of these pages says.
  static let headers = [
    "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
      + "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "Cross-Origin-Opener-Policy: same-origin",
  ]

  /// The page on which people sign in.
  ///
  /// - Parameters:
  ///   - next: Where to go afterwards.
  ///   - message: What went wrong before.
  ///   - providers: Who else signs people in: path and title.
  static func signIn(
    next: String, name: String = "", message: String? = nil, hasUsers: Bool, providers: [(path: String, title: String)]
  ) -> String {
    let alert = message.map { "<p class=\"alert\" role=\"alert\" id=\"alert\">\(escaped($0))</p>" } ?? ""
    let described = message == nil ? "" : " aria-describedby=\"alert\""
    let focus = name.isEmpty ? (name: " autofocus", password: "") : (name: "", password: " autofocus")
    let form = """
      <form method="post" action="/sign-in">
      <input type="hidden" name="next" value="\(escaped(next))">
      <label for="name">Name</label>
      <input id="name" name="name" value="\(escaped(name))" autocomplete="username" autocapitalize="none" spellcheck="false" \
      maxlength="64" required\(focus.name)\(described)>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" \
      required\(focus.password)>
      <button>Sign in</button>
      </form>
      """
    let others = providers.map {
      "<a class=\"button\" href=\"\(escaped($0.path))\">Sign in with \(escaped($0.title))</a>"
    }
    let hint = """
      <p class="hint">On this machine, <code>orchestron open</code> lets this browser in without a password.</p>
      """
    let entrance = hasUsers || !providers.isEmpty ? (hasUsers ? form : "") : "<p>Nobody has an account here yet.</p>"
    return page("Sign in", "\(alert)\(entrance)\(others.joined(separator: "\n"))\(hint)")
  }

  /// A page that says one thing.
  static func notice(_ title: String, _ message: String, then path: String = "/sign-in", link: String = "Sign in")
    -> String
  {
    page(title, "<p>\(escaped(message))</p><a class=\"button\" href=\"\(escaped(path))\">\(escaped(link))</a>")
  }

  private static func page(_ title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escaped(title)) · Orchestron</title>
    <link rel="stylesheet" href="/sign-in/assets/sign-in.css">
    <link rel="icon" href="/sign-in/assets/mark.svg" type="image/svg+xml">
    </head>
    <body>
    <main>
    <img src="/sign-in/assets/mark.svg" alt="" width="40" height="40">
    <h1>\(title == "Sign in" ? "Orchestron" : escaped(title))</h1>
    \(body)
    </main>
    </body>
    </html>

    """
  }
}
