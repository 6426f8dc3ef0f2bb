import Glibc

/// Checks a plugin: `orchestron plugin check`.
///
/// Everything that opens the library runs in a child process of its own, which may crash, hang and exit as the plugin
/// pleases. The child is this same program, asked for by ``Setup/childCommand``.
public struct Validation {
  /// What a validation needs to know besides the plugin.
  public struct Setup {
    /// The arguments by which this program calls ``CheckRun/perform(in:)``; the workspace is appended.
    public var childCommand: [String]
    /// Where the plugins are looked for that the plugin requires, and how all of them are configured.
    public var options: Host.Options
    public var surroundings: Surroundings

    public init(childCommand: [String], options: Host.Options, surroundings: Surroundings) {
      self.childCommand = childCommand
      self.options = options
      self.surroundings = surroundings
    }
  }

  private let setup: Setup
  private let place: PluginPlace
  private let runtime: RuntimeFolder
  private let program: String
  /// What the plugin wrote to standard output, with the check that it did it in.
  private var written: (check: String, text: String)?
  private var children = 0

  /// Finds the plugin.
  ///
  /// - Parameter path: The plugin's folder, or its library.
  public init(_ path: String, _ setup: Setup) throws(Failure) {
    self.setup = setup
    runtime = try RuntimeFolder(in: setup.surroundings)
    do throws(Failure) {
      guard let program = FilePath.real("/proc/self/exe") else {
        throw Failure(.failedPrecondition, "this program cannot find itself: \(errorText(errno))")
      }
      self.program = program
      place = try PluginPlace(setup.surroundings.absolute(path), shownAs: path, scratch: "\(runtime.path)/plugin")
    } catch {
      runtime.remove()
      throw error
    }
  }

  /// Makes all checks, in order; `tell` gets each result as it comes.
  public mutating func run(_ tell: (CheckResult) -> Void) throws(Failure) {
    defer { runtime.remove() }
    let manifest = checkManifest(tell)
    guard let manifest else { return }
    let unmet = unmetNeeds(of: manifest)
    var declared = JSON.null
    for check in Check.allCases where check != .manifest && check != .standardOutput {
      if place.standsAlone, check == .manifestAndBinary {
        tell(CheckResult(name: check.rawValue, outcome: .skipped("the library stands alone, there is no plugin.json")))
        continue
      }
      if check.makesInstances, let unmet {
        tell(CheckResult(name: check.rawValue, outcome: .skipped(unmet)))
        continue
      }
      for method in methods(for: check, declared) {
        let (result, data) = try perform(check, method, declared)
        if let result { tell(result) }
        if check == .declarations {
          declared = data
          try place.completeManifest(with: data)
        }
        if let result, result.hasFailed, check.isGate {
          if let written { tell(Validation.wrote(written)) }
          return
        }
      }
    }
    tell(written.map(Validation.wrote) ?? CheckResult(name: Check.standardOutput.rawValue, outcome: .passed))
  }

  /// Reads `plugin.json` and the configuration's schema; nil when nothing can be done with them.
  private func checkManifest(_ tell: (CheckResult) -> Void) -> Manifest? {
    let findings = Discovery.scan([place.folder])
    var failures = findings.faults.map(\.description)
    if let manifest = findings.manifests.first, failures.isEmpty {
      do {
        if let schema = try manifest.schema() { _ = try ConfigurationSchema(schema, of: manifest.id) }
      } catch {
        failures.append((error as? Failure)?.message ?? "\(error)")
      }
    }
    if place.standsAlone {
      tell(
        CheckResult(
          name: Check.manifest.rawValue, outcome: .skipped("the library stands alone, there is no plugin.json")))
    } else {
      tell(CheckResult(name: Check.manifest.rawValue, outcome: failures.isEmpty ? .passed : .failed(failures)))
    }
    return failures.isEmpty ? findings.manifests.first : nil
  }

  /// Why what the plugin requires is not there; nil when it is.
  private func unmetNeeds(of manifest: Manifest) -> String? {
    let manifests = Discovery.scan([place.folder] + setup.options.pluginRoots).manifests
    let resolution = Resolver.resolve(
      manifests.filter { !setup.options.disabled.contains($0.id) }, choices: setup.options.providers,
      wanted: [manifest.id])
    return resolution.failures[manifest.id].map { "\($0); name the folder of what is missing with --plugin-dir" }
  }

  /// For which methods a check is made: nil stands for the plugin as a whole.
  private func methods(for check: Check, _ declared: JSON) -> [String?] {
    switch check {
    case .hostileArguments: (declared["methods"]?.array ?? []).compactMap(\.string)
    case .anyThread: declared["hasAnyThread"]?.bool == true ? [nil] : []
    default: [nil]
    }
  }

  /// Makes one check in a child.
  private mutating func perform(
    _ check: Check, _ method: String?, _ declared: JSON
  ) throws(Failure) -> (CheckResult?, data: JSON) {
    let task = CheckTask(check, method: method, folder: place.folder, options: setup.options)
    if check == .examples, declared["hasExamples"]?.bool != true {
      return (CheckResult(name: task.name, outcome: .skipped("no method declares examples")), .null)
    }
    children += 1
    let workspace = "\(runtime.path)/\(children)"
    try FilePath.makeFolder(workspace, mode: 0o700)
    defer { FilePath.removeFolder(workspace) }
    try FilePath.replace("\(workspace)/\(CheckTask.file)", with: task.json.bytes)
    let arguments = setup.childCommand + [workspace]
    if check == .leaks {
      return (try LeakFinder.run(program, arguments, place.folder, workspace, limit: check.limit), .null)
    }
    let child = try CheckChild(program, [program] + arguments, limit: check.limit)
    note(child.output, in: task.name)
    let findings = CheckFindings(readFrom: "\(workspace)/\(CheckReport.file)")
    return (Validation.result(task.name, child, findings), findings.data)
  }

  /// What a child and its report say together.
  static func result(_ name: String, _ child: CheckChild, _ findings: CheckFindings) -> CheckResult {
    var failures = findings.failures
    if child.ending != .exited(0) || !findings.isComplete {
      let place = findings.lastStep.map { ", in \($0)" } ?? ""
      failures.append("\(child.ending.description)\(place)\(Validation.lastWords(of: child))")
    }
    guard failures.isEmpty else {
      return CheckResult(name: name, outcome: .failed(failures), output: child.errorLines.map(Validation.readable))
    }
    return CheckResult(name: name, outcome: findings.skipReason.map { .skipped($0) } ?? .passed)
  }

  /// The host's own reason for ending the process, when it had one.
  private static func lastWords(of child: CheckChild) -> String {
    guard child.ending == .exited(70), let line = child.errorLines.last else { return "" }
    return ": \(readable(line))"
  }

  /// The message of a log line.
  private static func readable(_ line: String) -> String { (try? JSON(parsing: line))?["msg"]?.string ?? line }

  private mutating func note(_ output: [UInt8], in check: String) {
    guard !output.isEmpty, written == nil else { return }
    written = (check, String(decoding: output, as: UTF8.self))
  }

  private static func wrote(_ written: (check: String, text: String)) -> CheckResult {
    CheckResult(
      name: Check.standardOutput.rawValue,
      outcome: .failed([
        "the plugin wrote \(written.text.shortened.quoted) to standard output (in \(written.check)), "
          + "which belongs to the host's answers; use the host's log"
      ]))
  }
}
