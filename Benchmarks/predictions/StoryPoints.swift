import Forecasting
import Glibc
import Interchange

/// How well story points are estimated from words. Every *.csv of a folder holds the issues of a project in time order, with
/// the columns title, description, storypoint and split_mark. Learns from all splits but the last one of train, val and
/// test, and reports on that one.
enum StoryPoints {
  struct Result {
    var error: EffortError
    var seconds: Double

    /// 1 for a project that always gives the same points.
    var ratio: Double { error.baseline > 0 ? error.meanAbsoluteError / error.baseline : 1 }
  }

  static func report(_ folder: String) {
    let files = files(in: folder)
    if files.isEmpty { fail("\(folder) has no *.csv") }
    let results = files.map { file in
      let splits = splits("\(folder)/\(file)")
      guard let last = splits.last, splits.count > 1 else {
        fail("\(file) needs at least two of the splits train, val and test")
      }
      let history = splits.dropLast().flatMap { $0 }
      let result = measure(file, history, last)
      let error = result.error
      print(
        "\(padded(String(file.dropLast(4)), 20)) train \(padded(String(history.count), 5))"
          + " test \(padded(String(last.count), 4)) MAE \(format(error.meanAbsoluteError))"
          + " median \(format(error.baseline)) ratio \(format(result.ratio)) coverage \(format(error.coverage))"
          + " width \(format(error.width, 1)) PIT80 \(format(error.central)) seconds \(format(result.seconds, 2))")
      return result
    }
    summarise(results)
  }

  private static func measure(_ file: String, _ history: [PastItem], _ last: [PastItem]) -> Result {
    do {
      let start = ContinuousClock.now
      let estimator = try EffortEstimator(history: history)
      let spent = ContinuousClock.now - start
      return Result(error: try estimator.evaluate(last), seconds: seconds(spent))
    } catch {
      fail("\(file): \(error)")
    }
  }

  private static func summarise(_ results: [Result]) {
    let count = Double(results.count)
    let issues = results.reduce(0) { $0 + $1.error.samples }
    func mean(_ value: (Result) -> Double) -> Double { results.reduce(0) { $0 + value($1) } / count }
    func pooled(_ value: (EffortError) -> Double) -> Double {
      results.reduce(0) { $0 + value($1.error) * Double($1.error.samples) } / Double(issues)
    }
    print(
      "pooled over \(issues) issues: coverage \(format(pooled(\.coverage))), mean width \(format(pooled(\.width), 2))")
    print(
      "mean MAE \(format(mean(\.error.meanAbsoluteError))), median baseline \(format(mean(\.error.baseline))),"
        + " geometric mean ratio \(format(exp(mean { log($0.ratio) }))),"
        + " wins \(results.count { $0.ratio < 1 })/\(results.count), PIT80 \(format(pooled(\.central))),"
        + " seconds \(format(results.reduce(0) { $0 + $1.seconds }, 2))")
  }

  private static func files(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { fail("cannot read \(folder): \(String(cString: strerror(errno)))") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".csv") { names.append(name) }
    }
    return names.sorted()
  }

  /// The splits of a project that are there, in the order of time.
  private static func splits(_ path: String) -> [[PastItem]] {
    let rows = rows(of: read(path))
    guard let header = rows.first else { fail("\(path) is empty") }
    func column(_ name: String) -> Int {
      guard let index = header.firstIndex(of: name) else { fail("\(path) has no column \(name)") }
      return index
    }
    let (title, description) = (column("title"), column("description"))
    let (points, mark) = (column("storypoint"), column("split_mark"))
    var splits: [String: [PastItem]] = [:]
    for (index, row) in rows.enumerated().dropFirst() {
      guard row.count == header.count, let value = Double(row[points]) else {
        fail("\(path): record \(index + 1) has no number in storypoint, or not \(header.count) fields")
      }
      splits[row[mark], default: []].append(PastItem(title: row[title], description: row[description], value: value))
    }
    return ["train", "val", "test"].compactMap { splits[$0] }
  }

  private static func rows(of content: [UInt8]) -> [[String]] {
    var reader = CSVReader()
    reader.feed(content)
    reader.end()
    var rows: [[String]] = []
    do {
      while let row = try reader.next() { rows.append(row.fields) }
    } catch {
      fail("\(error)")
    }
    return rows
  }
}
