// Values, instants and days belong to the words of a plugin: who imports PluginKit has them.
@_exported public import PluginData
