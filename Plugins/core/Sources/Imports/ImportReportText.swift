import Interchange
import PluginKit

/// The report of an import as it is answered and stored.
enum ImportReportText {
  /// The most entries of a list; the counts tell of all.
  static let limit = 100

  /// - Parameter problems: What was wrong beyond single rows.
  static func fields(_ report: ImportReport, problems: [String]) -> Fields {
    let read: Fields = [
      "tasks": .int(Int64(report.tasks)), "projects": .int(Int64(report.projects)),
      "people": .int(Int64(report.people)), "sprints": .int(Int64(report.sprints)),
      "comments": .int(Int64(report.comments)), "links": .int(Int64(report.links)),
      "timeEntries": .int(Int64(report.timeEntries)),
    ]
    var fields: Fields = ["read": .object(read)]
    fields["fields"] = list(report.fields.filter { $0.count > 0 }) { field in
      [
        "source": .string(field.source), "target": field.target.map(Value.string) ?? .null,
        "count": .int(Int64(field.count)), "example": .string(field.example),
      ]
    }
    fields["terms"] = list(report.terms) { term in
      [
        "field": .string(term.field), "source": .string(term.source),
        "target": term.target.map(Value.string) ?? .null, "basis": .string(term.basis.rawValue),
        "count": .int(Int64(term.count)),
      ]
    }
    fields["problems"] = list(report.problems) { ["row": .int(Int64($0.row)), "message": .string($0.message)] }
    fields["problemCount"] = .int(Int64(report.problemCount))
    fields["skipped"] = list(report.skipped) { ["reason": .string($0.reason), "count": .int(Int64($0.count))] }
    fields["duplicates"] = list(report.duplicates) {
      ["source": .string($0.sourceID), "row": .int(Int64($0.row))]
    }
    fields["duplicateCount"] = .int(Int64(report.duplicateCount))
    fields["notes"] = .array((report.notes.prefix(limit) + problems.prefix(limit)).map(Value.string))
    return fields
  }

  private static func list<Element>(_ elements: [Element], _ entry: (Element) -> Fields) -> Value {
    .array(elements.prefix(limit).map { .object(entry($0)) })
  }
}
