/// Reads the data of server-sent events.
enum EventText {
  /// The data of each event that has some, in order.
  static func data(of text: some Collection<UInt8>) -> [[UInt8]] {
    var events: [[UInt8]] = []
    var data: [UInt8] = []
    var hasData = false
    func dispatch() {
      if hasData && !data.isEmpty { events.append(data) }
      data = []
      hasData = false
    }
    for line in lines(of: text) {
      if line.isEmpty {
        dispatch()
      } else if line.starts(with: Array("data:".utf8)) {
        if hasData { data.append(0x0A) }
        var value = line.dropFirst(5)
        if value.first == 0x20 { value = value.dropFirst() }
        data += value
        hasData = true
      }
    }
    // An event that its end did not follow was cut off.
    return events
  }

  /// Lines end with CR, LF or both.
  private static func lines(of text: some Collection<UInt8>) -> [ArraySlice<UInt8>] {
    let bytes = Array(text)
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    var place = 0
    while place < bytes.count {
      guard bytes[place] == 0x0A || bytes[place] == 0x0D else {
        place += 1
        continue
      }
      lines.append(bytes[start..<place])
      if bytes[place] == 0x0D, place + 1 < bytes.count, bytes[place + 1] == 0x0A { place += 1 }
      place += 1
      start = place
    }
    return lines
  }
}
