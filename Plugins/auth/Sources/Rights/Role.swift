/// What a user is to this host. `Tests/permissions.txt` holds what each may call.
enum Role: String, CaseIterable, Sendable {
  case viewer, member, maintainer, admin

  var rights: Rights {
    switch self {
    case .viewer: Rights([.effect(.read, service: nil)])
    case .member: Rights([.effect(.write, service: nil)])
    case .maintainer: Rights([.effect(.destructive, service: nil), .permission("exec"), .permission("ingest")])
    case .admin: .all
    }
  }

  static let schema = #"{"enum":["viewer","member","maintainer","admin"]}"#
}
