/// The candidate that somebody most likely meant by a misspelt word, or nil when none is near enough.
///
/// Near are words that differ by case alone, or by few slips (a letter missing, added, wrong, or two neighbours
/// swapped): one from three letters on, two from six, three from twelve. Among equally near ones the first counts.
public func nearest(_ word: String, in candidates: [String]) -> String? {
  let letters = Array(word.lowercased().unicodeScalars)
  let longest = 64
  guard letters.count <= longest else { return nil }
  let limit =
    switch letters.count {
    case ..<3: 0
    case ..<6: 1
    case ..<12: 2
    default: 3
    }
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().unicodeScalars)
    guard abs(other.count - letters.count) <= limit else { continue }
    let distance = slips(letters, other)
    if distance <= min(limit, (best?.distance ?? .max) - 1) { best = (candidate, distance) }
  }
  return best?.candidate
}

/// The Damerau-Levenshtein distance, in the form that edits no letter twice (optimal string alignment).
private func slips(_ a: [UnicodeScalar], _ b: [UnicodeScalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, beforeLast[j - 1] + 1) }
      row.append(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
