/// What a plugin is checked for, in the order in which it is. The raw value is the name in the output.
enum Check: String, CaseIterable {
  case manifest
  case file
  case exportedSymbols = "exported-symbols"
  case bundledLibraries = "bundled-libraries"
  case executableStack = "executable-stack"
  case entry
  case declarations
  case manifestAndBinary = "manifest-and-binary"
  case create
  case createAndDestroy = "create-destroy"
  case createTwice = "create-twice"
  case stopWithoutStart = "stop-without-start"
  case startAndStop = "start-stop"
  case hostileConfiguration = "hostile-config"
  case extensionIDs = "extension-ids"
  case examples
  case largerStructs = "larger-structs"
  case anyThread = "any-thread"
  case hostileArguments = "hostile-arguments"
  case leaks
  case standardOutput = "stdout"

  /// Whether nothing that follows can be checked once this has failed.
  var isGate: Bool {
    switch self {
    case .manifest, .file, .entry, .declarations, .manifestAndBinary, .create: true
    default: false
    }
  }

  /// Whether it makes instances, which need what the plugin requires.
  var makesInstances: Bool {
    switch self {
    case .manifest, .file, .exportedSymbols, .bundledLibraries, .executableStack, .entry, .declarations,
      .manifestAndBinary, .standardOutput:
      false
    default: true
    }
  }

  /// Seconds that it may take.
  var limit: Int {
    switch self {
    case .leaks: 300
    case .hostileArguments, .hostileConfiguration, .examples, .largerStructs: 90
    default: 30
    }
  }
}

/// What one check has found.
public struct CheckResult: Sendable {
  public enum Outcome: Sendable, Equatable {
    case passed
    /// What is wrong; several sentences when several things are.
    case failed([String])
    /// Why it could not be made.
    case skipped(String)
  }

  /// The name of the check, followed by a method where it is made for each.
  public let name: String
  public let outcome: Outcome
  /// The last lines that the plugin wrote to standard error, when the check failed.
  public var output: [String] = []

  public var hasFailed: Bool { if case .failed = outcome { true } else { false } }

  /// `ok NAME`, `FAIL NAME: reason` or `skip NAME: reason`.
  public var line: String {
    switch outcome {
    case .passed: "ok \(name)"
    case .failed(let reasons): "FAIL \(name): \(reasons.joined(separator: "; ").oneLine)"
    case .skipped(let reason): "skip \(name): \(reason.oneLine)"
    }
  }

  public var json: JSON {
    switch outcome {
    case .passed: ["name": .string(name), "outcome": "ok"]
    case .failed(let reasons):
      ["name": .string(name), "outcome": "fail", "reasons": .array(reasons.map { .string($0) })]
    case .skipped(let reason): ["name": .string(name), "outcome": "skip", "reason": .string(reason)]
    }
  }
}

extension String {
  /// Line breaks as blanks.
  fileprivate var oneLine: String { String(map { $0.isNewline ? " " : $0 }) }
}
