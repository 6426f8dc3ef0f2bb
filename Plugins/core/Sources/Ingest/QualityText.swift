import PluginKit

/// Parameters, schemas and examples of the service `quality`.
enum QualityText {
  static func period(days: Int) -> [Parameter] {
    [
      .string(
        "from", "The first day; \(days) days up to the last when left out", optional: true,
        schema: #"{"format":"date"}"#),
      .string("to", "The last day; today when left out", optional: true, schema: #"{"format":"date"}"#),
      TaskText.project,
    ]
  }

  private static let days = #""from":{"type":"string","format":"date"},"to":{"type":"string","format":"date"}"#
  private static let rate = #"{"type":["number","null"]}"#
  private static let figures = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"count":{"type":"integer"},"p50":\#(rate),"p85":\#(rate),
      "p95":\#(rate)},"required":["unit","count","p50","p85","p95"]}
    """#
  private static let sum = #"""
    "commits":{"type":"integer"},"fixes":{"type":"integer"},"fixShare":\#(rate),"linesAdded":{"type":"integer"},
    "linesRemoved":{"type":"integer"},"filesChanged":{"type":"integer"}
    """#

  private static func list(_ properties: String) -> String {
    #"{"type":"array","items":{"type":"object","properties":{\#(properties)}}}"#
  }

  static let ingested = #"""
    {"type":"object","properties":{"kind":\#(TaskText.schema(of: Quality.Kind.allCases)),
      "commits":{"type":"integer"},"new":{"type":["integer","boolean"]},"linked":{"type":"integer"},
      "tests":{"type":"integer"},"files":{"type":"integer"},"problems":{"type":"array","items":{"type":"string"}}},
     "required":["kind","new"]}
    """#

  static let code = #"""
    {"type":"object","properties":{\#(days),\#(sum),"merges":{"type":"integer"},"size":\#(figures),
      "weeks":\#(list(#""day":{"type":"string"},\#(sum)"#)),
      "hotspots":\#(list(#""path":{"type":"string"},"commits":{"type":"integer"},"fixes":{"type":"integer"},"linesAdded":{"type":"integer"},"linesRemoved":{"type":"integer"}"#))},
     "required":["from","to","commits","fixes","fixShare","linesAdded","linesRemoved","filesChanged","merges","size",
      "weeks","hotspots"]}
    """#

  static let tests = #"""
    {"type":"object","properties":{\#(days),"runs":{"type":"integer"},"passRate":\#(rate),"latestPassRate":\#(rate),
      "duration":\#(figures),
      "weeks":\#(list(#""day":{"type":"string"},"runs":{"type":"integer"},"passRate":\#(rate)"#)),
      "flaky":\#(list(#""name":{"type":"string"},"turns":{"type":"integer"},"reruns":{"type":"integer"}"#)),
      "failing":{"type":"array","items":{"type":"string"}}},
     "required":["from","to","runs","passRate","latestPassRate","duration","weeks","flaky","failing"]}
    """#

  private static let count = #""found":{"type":"integer"},"hit":{"type":"integer"},"share":\#(rate)"#

  static let coverage = #"""
    {"type":"object","properties":{\#(days),
      "latest":{"type":["object","null"],"properties":{"at":{"type":"string"},
        "lines":{"type":"object","properties":{\#(count)}},"branches":{"type":"object","properties":{\#(count)}},
        "functions":{"type":"object","properties":{\#(count)}},"files":{"type":"integer"}}},
      "trend":\#(list(#""day":{"type":"string"},"share":\#(rate)"#)),
      "leastCovered":\#(list(#""path":{"type":"string"},\#(count)"#))},
     "required":["from","to","latest","trend","leastCovered"]}
    """#

  private static let debtSum =
    #""tasks":{"type":"integer"},"hours":{"type":"number"},"withoutEstimate":{"type":"integer"}"#

  static let debt = #"""
    {"type":"object","properties":{"unit":{"type":"string"},\#(debtSum),"openTasks":{"type":"integer"},
      "openHours":{"type":"number"},"shareOfTasks":\#(rate),"shareOfHours":\#(rate),
      "components":\#(list(#""component":{"type":["string","null"]},\#(debtSum)"#)),
      "labels":{"type":"array","items":{"type":"string"}}},
     "required":["unit","tasks","hours","withoutEstimate","openTasks","openHours","shareOfTasks","shareOfHours",
      "components","labels"]}
    """#

  static let bugRisk = #"""
    {"type":"object","properties":{"unit":{"type":"string"},"probability":{"type":"number"},
      "files":\#(list(#""path":{"type":"string"},"probability":{"type":"number"},"evidence":\#(list(#""feature":{"type":"string"},"logOdds":{"type":"number"}"#))"#)),
      "evidence":{"type":"object","properties":{"samples":{"type":"integer"},"fixed":{"type":"integer"}}},
      "error":{"type":"object","properties":{"areaUnderCurve":\#(rate),"brierScore":{"type":"number"},
        "baseline":{"type":"number"},"samples":{"type":"integer"}}}},
     "required":["unit","probability","files","evidence","error"]}
    """#

  static let ingestExamples = #"""
    [{"args":{"kind":"junit","at":"2020-01-31T09:30:00Z",
      "content":"<testsuite name=\"a\" time=\"0.5\"><testcase name=\"works\" time=\"0.5\"/></testsuite>"},
      "result":{"kind":"junit","new":true,"tests":1}},
     {"args":{"kind":"lcov","at":"2020-01-31T09:30:00Z","content":"TN:\nSF:a.c\nDA:1,1\nDA:2,0\nend_of_record\n"},
      "result":{"kind":"lcov","new":true,"files":1,"problems":[]}},
     {"args":{"kind":"git","content":""},"result":{"kind":"git","commits":0,"new":0,"linked":0}},
     {"args":{"kind":"junit","content":"<html></html>"},"error":"invalid_argument"},
     {"args":{"kind":"git"},"error":"invalid_argument"}]
    """#

  private static let none = #""count":0,"p50":null,"p85":null,"p95":null"#
  private static let january = #""from":"2020-01-01","to":"2020-01-31""#

  static let codeExamples = #"""
    [{"args":{\#(january)},"result":{\#(january),"commits":0,"fixes":0,"fixShare":null,"linesAdded":0,"linesRemoved":0,
      "filesChanged":0,"merges":0,"size":{"unit":"lines changed by a commit",\#(none)},"weeks":[],"hotspots":[]}},
     {"args":{"from":"2026-02-01","to":"2026-01-31"},"error":"invalid_argument"}]
    """#

  static let testsExamples = #"""
    [{"args":{\#(january)},"result":{\#(january),"runs":1,"passRate":1,"latestPassRate":1,
      "duration":{"unit":"seconds of a run","count":1,"p50":0.5,"p85":0.5,"p95":0.5},
      "weeks":[{"day":"2020-01-27","runs":1,"passRate":1}],"flaky":[],"failing":[]}},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let coverageExamples = #"""
    [{"args":{\#(january)},"result":{\#(january),
      "latest":{"at":"2020-01-31T09:30:00.000Z","lines":{"found":2,"hit":1,"share":0.5},
       "branches":{"found":0,"hit":0,"share":null},"functions":{"found":0,"hit":0,"share":null},"files":1},
      "trend":[{"day":"2020-01-31","share":0.5}],
      "leastCovered":[{"path":"a.c","found":2,"hit":1,"share":0.5}]}}]
    """#

  static let debtExamples = #"""
    [{"args":{}},{"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  static let bugRiskExamples = #"""
    [{"args":{"files":[{"path":"a.c","added":10,"removed":2}]},"error":"failed_precondition"},
     {"args":{"files":[]},"error":"invalid_argument"}]
    """#
}
