import PluginKit

/// How far a run may go: it acts under its own name, `workflow:ID`, with the rights that whoever last enabled the workflow
/// has now. Of a workflow that nobody has enabled, with those of whoever started the run.
@Loop
struct Authority {
  let host: Host
  let catalogue: Catalogue

  func principal(for run: Run) async throws(Failure) -> Principal {
    let person = catalogue[run.workflow]?.enabledBy ?? run.trigger["by"]?.string ?? "nobody"
    do {
      let known = try await host.principal(of: person)
      return Principal(actor: run.actor, behalf: known.behalf.isEmpty ? person : known.behalf, rights: known.rights)
    } catch  where error.status == .unauthenticated {
      throw Failure(
        .permissionDenied,
        "workflow \(run.name) acts with the rights of \(person), who has none any more; somebody has to enable it again"
      )
    }
  }
}

extension Principal {
  /// Whether it may run programs.
  var mayExecute: Bool { rights?.split(separator: " ").contains { $0 == "*" || $0 == "exec" } ?? true }
}
