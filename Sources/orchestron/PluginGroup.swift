import ArgumentParser

struct PluginGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin",
    abstract: "See, check and develop plugins.",
    discussion: """
      Examples:
        orchestron plugin list
        orchestron plugin top
        orchestron plugin info rice
        orchestron plugin manifest ./librice.so
        orchestron plugin header rice > rice.h
      """,
    subcommands: [
      PluginList.self, PluginTop.self, PluginInfo.self, PluginCheck.self, PluginNew.self, PluginManifest.self,
      PluginHeader.self, PluginCheckRun.self,
    ])
}
