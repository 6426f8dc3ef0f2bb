/// Rows of few numbers.
struct SparseMatrix {
  private var columns: [Int32] = []
  private var values: [Float] = []
  private var ends: [Int] = [0]
  let width: Int

  var height: Int { ends.count - 1 }

  init(width: Int) { self.width = width }

  /// Columns are in `0..<width`.
  mutating func append(_ row: [(column: Int32, value: Float)], scale: Float) {
    for (column, value) in row {
      precondition(column >= 0 && Int(column) < width)
      columns.append(column)
      values.append(value * scale)
    }
    ends.append(columns.count)
  }

  /// The transposed matrix times `vectors`, one for each row: a vector for each column.
  func transposedTimes(_ vectors: [Thresholds]) -> [Thresholds] {
    precondition(vectors.count == height)
    var result = [Thresholds](repeating: .zero, count: width)
    result.withUnsafeMutableBufferPointer { result in
      columns.withUnsafeBufferPointer { columns in
        values.withUnsafeBufferPointer { values in
          for row in 0..<height {
            let vector = vectors[row]
            // Columns were checked when they were appended.
            for index in ends[row]..<ends[row + 1] { result[Int(columns[index])] += values[index] * vector }
          }
        }
      }
    }
    return result
  }

  /// The matrix times `vectors`, one for each column: a vector for each row.
  func times(_ vectors: [Thresholds]) -> [Thresholds] {
    precondition(vectors.count == width)
    var result = [Thresholds](repeating: .zero, count: height)
    vectors.withUnsafeBufferPointer { vectors in
      columns.withUnsafeBufferPointer { columns in
        values.withUnsafeBufferPointer { values in
          for row in 0..<height {
            var sum = Thresholds.zero
            // Columns were checked when they were appended.
            for index in ends[row]..<ends[row + 1] { sum += values[index] * vectors[Int(columns[index])] }
            result[row] = sum
          }
        }
      }
    }
    return result
  }
}
