import Forecasting

let usage = """
  usage: predictions-bench FOLDER         story points of the projects in FOLDER
         predictions-bench monte-carlo    time of a forecast
         predictions-bench weeks FILE...  calibration on the weeks of Unix times
  """

do {
  switch CommandLine.arguments.dropFirst().first {
  case nil, "--help": fail(usage)
  case "monte-carlo": try Delivery.measure()
  case "weeks": for path in CommandLine.arguments.dropFirst(2) { try Delivery.replay(path) }
  case let folder?: StoryPoints.report(folder)
  }
} catch {
  fail("\(error)")
}
