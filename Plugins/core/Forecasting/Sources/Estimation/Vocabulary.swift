import Glibc

/// The terms of a project's past, and how a text becomes a row of numbers by them.
///
/// Each field is weighted by tf-idf, (1 + log tf) · (1 + log((1 + n) ÷ (1 + df))) (Salton and Buckley, 1988), and brought
/// to length 1; a term has to occur in two items. The measures are standardised.
struct Vocabulary: Sendable {
  /// What each field, in the order of ``Text/Field``, and each measure weighs beside a field of length 1. These, as all
  /// constants of the estimator, were chosen on the older part of public projects, once for all projects.
  private static let fieldWeights: [Float] = [1, 0.5, 1.4, 0.7]
  private static let measureWeight: Float = 0.09

  struct Entry {
    var column: Int32
    var weight: Float
  }

  private var entries: [UInt64: Entry] = [:]
  private var means = [Float](repeating: 0, count: TextMeasures.count)
  private var scales = [Float](repeating: 0, count: TextMeasures.count)

  /// Columns of a row.
  var width: Int { TextMeasures.count + entries.count }

  init(_ texts: ArraySlice<Text>) {
    var frequencies: [UInt64: Int32] = [:]
    for text in texts {
      for field in text.fields {
        for term in field { frequencies[term.hash, default: 0] += 1 }
      }
    }
    // Columns in the order of first use: a model does not depend on the order of a dictionary.
    for text in texts {
      for field in text.fields {
        for term in field where entries[term.hash] == nil {
          guard let frequency = frequencies[term.hash], frequency > 1 else { continue }
          let weight = 1 + log(Float(1 + texts.count) / Float(1 + frequency))
          entries[term.hash] = Entry(column: Int32(TextMeasures.count + entries.count), weight: weight)
        }
      }
    }
    let count = Float(max(texts.count, 1))
    for index in 0..<TextMeasures.count {
      let mean = texts.reduce(0) { $0 + $1.measures[index] } / count
      let variance = texts.reduce(0) { $0 + ($1.measures[index] - mean) * ($1.measures[index] - mean) } / count
      means[index] = mean
      scales[index] = variance > 1e-9 ? Self.measureWeight / variance.squareRoot() : 0
    }
  }

  func column(of hash: UInt64) -> Int? { entries[hash].map { Int($0.column) } }

  /// The numbers of a text that are not 0.
  func row(_ text: Text) -> [(column: Int32, value: Float)] {
    var row: [(column: Int32, value: Float)] = []
    for (field, weight) in zip(text.fields, Self.fieldWeights) {
      let start = row.count
      var squares: Float = 0
      for term in field {
        guard let entry = entries[term.hash] else { continue }
        let value = (1 + log(term.count)) * entry.weight
        squares += value * value
        row.append((entry.column, value))
      }
      let scale = squares > 0 ? weight / squares.squareRoot() : 0
      for index in start..<row.count { row[index].value *= scale }
    }
    for (index, measure) in text.measures.enumerated() where scales[index] > 0 {
      let bound = 3 * Self.measureWeight
      row.append((Int32(index), min(max((measure - means[index]) * scales[index], -bound), bound)))
    }
    return row
  }
}
