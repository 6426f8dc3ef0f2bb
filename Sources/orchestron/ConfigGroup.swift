import ArgumentParser

struct ConfigGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "See, check and change the configuration.",
    discussion: """
      Settings come from a file (--config, ORCHESTRON_CONFIG, or orchestron.config.json in the current folder), then \
      from the environment, then from flags.

      Examples:
        orchestron config show
        orchestron config check --config ./production.json
        orchestron config set http.accessLog=true
      """,
    subcommands: [ConfigShow.self, ConfigCheck.self, ConfigSet.self])
}
