import Glibc

/// The child's side: makes one check in a process that may die of it.
public enum CheckRun {
  /// Makes the check whose task lies in the folder `workspace`, and ends the process.
  public static func perform(in workspace: String) throws(Failure) -> Never {
    let task = try CheckTask(readFrom: "\(workspace)/\(CheckTask.file)")
    let report = try CheckReport(writingTo: "\(workspace)/\(CheckReport.file)")
    guard let manifest = Discovery.scan([task.folder]).manifests.first else {
      throw Failure(.notFound, "\(task.folder) is no plugin's folder")
    }
    let subject = Subject(task: task, manifest: manifest, workspace: workspace, report: report, log: CapturedLog())
    do throws(Failure) { try subject.perform() } catch {
      report.fail(error.message)
      // An exception of the plugin, for instance, in its own words.
      subject.log.faults(of: manifest.id).forEach(report.fail)
    }
    report.end()
    // Threads of the plugin may still run, and must not find the C++ library dismantled; only the search for leaks has to
    // see the usual end.
    if task.check == .leaks { exit(0) }
    _exit(0)
  }
}

/// The plugin under test, with what a check needs.
struct Subject {
  let task: CheckTask
  let manifest: Manifest
  let workspace: String
  let report: CheckReport
  let log: CapturedLog

  fileprivate func perform() throws(Failure) {
    switch task.check {
    case .manifest, .standardOutput: throw Failure(.unimplemented, "\(task.check.rawValue) needs no process")
    case .file: try checkFile()
    case .exportedSymbols: try checkExportedSymbols()
    case .bundledLibraries: try checkBundledLibraries()
    case .executableStack: try checkExecutableStack()
    case .entry: try checkEntry()
    case .declarations: try checkDeclarations()
    case .manifestAndBinary: try checkManifestAndBinary()
    case .create: try checkCreate()
    case .createAndDestroy: try checkCreateAndDestroy()
    case .createTwice: try checkCreateTwice()
    case .stopWithoutStart: try checkStopWithoutStart()
    case .startAndStop: try checkStartAndStop()
    case .hostileConfiguration: try checkHostileConfiguration()
    case .extensionIDs: try checkExtensionIDs()
    case .examples: try checkExamples()
    case .largerStructs: try checkLargerStructs()
    case .anyThread: try checkAnyThread()
    case .hostileArguments: try checkHostileArguments()
    case .leaks: try checkLeaks()
    }
  }

  /// A host with what the plugin requires, and the plugin loaded.
  func bench() throws(Failure) -> TestBench {
    let bench = try TestBench(task, manifest, workspace: workspace, report, log, .byHand)
    report.step("starting what the plugin requires")
    try bench.start()
    report.step("loading")
    try bench.load()
    return bench
  }

  /// A host in which the plugin runs.
  func runningHost() throws(Failure) -> TestBench {
    let bench = try TestBench(task, manifest, workspace: workspace, report, log, .byHost)
    report.step("start")
    try bench.start()
    return bench
  }
}
