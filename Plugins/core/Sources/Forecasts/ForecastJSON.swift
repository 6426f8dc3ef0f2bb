import Forecasting
import PluginKit

/// Forecasts as JSON: each with its seed, its evidence and its measured error so far.
extension CompletionForecast {
  /// `{unit,count,upTo,levels:[{confidence,day|null}],evidence,calibration|null}`.
  var json: [UInt8] {
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.member("unit", "day")
    json.member("count", items.lowerBound)
    json.member("upTo", items.upperBound)
    json.key("levels" as StaticString)
    json.beginArray()
    for level in levels {
      json.beginObject()
      json.member("confidence", level.confidence.rawValue)
      json.key("by" as StaticString)
      if let day = level.day { json.string(Day(number: day).text) } else { json.null() }
      json.endObject()
    }
    json.endArray()
    json.evidence(evidence, error)
    json.endObject()
    return Array(json.bytes)
  }
}

extension CountForecast {
  /// `{unit,by,levels:[{confidence,count}],evidence,calibration|null}`.
  var json: [UInt8] {
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.member("unit", "tasks")
    json.member("by", Day(number: day).text)
    json.key("levels" as StaticString)
    json.beginArray()
    for level in levels {
      json.beginObject()
      json.member("confidence", level.confidence.rawValue)
      json.member("count", level.items)
      json.endObject()
    }
    json.endArray()
    json.evidence(evidence, error)
    json.endObject()
    return Array(json.bytes)
  }
}

extension EffortEstimate {
  func json(unit: String) -> [UInt8] {
    func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    var json = JSONWriter(capacity: 2048)
    json.beginObject()
    json.member("unit", unit)
    json.member("value", value)
    json.key("interval" as StaticString)
    json.beginArray()
    json.double(interval.lowerBound)
    json.double(interval.upperBound)
    json.endArray()
    json.member("intervalProbability", rounded(intervalProbability))
    json.key("distribution" as StaticString)
    json.beginArray()
    for outcome in distribution {
      json.beginObject()
      json.member("value", outcome.value)
      json.member("probability", rounded(outcome.probability))
      json.endObject()
    }
    json.endArray()
    json.key("evidence" as StaticString)
    json.beginObject()
    json.member("samples", evidence.samples)
    for (name, words) in [("up", evidence.up), ("down", evidence.down)] {
      json.key(name)
      json.beginArray()
      for word in words {
        json.beginObject()
        json.member("word", word.text)
        json.member("effect", rounded(word.effect))
        json.endObject()
      }
      json.endArray()
    }
    json.endObject()
    json.key("error" as StaticString)
    if let error {
      json.beginObject()
      json.member("meanAbsoluteError", rounded(error.meanAbsoluteError))
      json.member("medianBaseline", rounded(error.baseline))
      json.member("coverage", rounded(error.coverage))
      json.member("samples", error.samples)
      json.endObject()
    } else {
      json.null()
    }
    json.endObject()
    return Array(json.bytes)
  }
}

extension DelayRisk {
  func json(of task: TaskItem, due: String) -> [UInt8] {
    func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.member("task", task.id)
    json.member("key", task.key)
    json.member("due", due)
    json.member("unit", "days")
    json.member("probability", rounded(probability))
    json.member("age", rounded(age))
    json.member("remaining", rounded(remaining))
    json.key("evidence" as StaticString)
    json.beginObject()
    json.member("finished", evidence.finished)
    json.member("open", evidence.open)
    json.member("comparable", evidence.comparable)
    json.member("late", evidence.late)
    json.endObject()
    json.key("error" as StaticString)
    if let error {
      json.beginObject()
      json.member("brierScore", rounded(error.brierScore))
      json.member("baseline", rounded(error.baseline))
      json.member("samples", error.cases)
      json.endObject()
    } else {
      json.null()
    }
    json.endObject()
    return Array(json.bytes)
  }
}

extension JSONWriter {
  fileprivate mutating func evidence(_ evidence: DeliveryEvidence, _ error: CalibrationReport?) {
    key("evidence" as StaticString)
    beginObject()
    member("samples", evidence.samples)
    member("finished", evidence.finished)
    member("blockLength", evidence.blockLength)
    member("runs", evidence.runs)
    member("seed", evidence.seed)
    endObject()
    key("calibration" as StaticString)
    if let error { calibration(error) } else { null() }
  }

  /// Writes how often forecasts held: `{forecasts,seed,levels:[{confidence,held,share}]}`.
  mutating func calibration(_ report: CalibrationReport) {
    beginObject()
    member("forecasts", report.forecasts)
    member("stride", report.stride)
    member("seed", report.seed)
    key("levels" as StaticString)
    beginArray()
    for level in report.levels {
      beginObject()
      member("confidence", level.confidence.rawValue)
      member("held", level.held)
      member("share", (level.share * 1000).rounded() / 1000)
      endObject()
    }
    endArray()
    endObject()
  }
}
