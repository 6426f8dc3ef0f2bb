import Testing

@testable import OrchestronHost

/// The files of `config/`, which say again what the host knows.
@Suite struct ConfigurationFilesTests {
  private static let folder = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/config"

  @Test func offersEditorsTheSchemaOfTheHost() throws {
    let text = String(decoding: try TestFolder.read(Self.folder + "/orchestron.schema.json"), as: UTF8.self)
    #expect(text == HostSchema.text)
  }

  @Test func showsTheDefaultsThatTheHostHas() throws {
    let file = try JSON(parsing: try TestFolder.read(Self.folder + "/default.json"))
    let surroundings = Surroundings(variables: [:], folder: "/")
    let configuration = try Configuration(file: Self.folder + "/default.json", in: surroundings)
    #expect(file["host"] == HostSchema.withDefaults([:]))
    #expect(configuration.shown(for: []) == (try Configuration(in: surroundings)).shown(for: []))
  }
}
