import PluginKit

/// What the project is called that a new store begins with.
struct DefaultProject: Equatable {
  let key: String
  let name: String

  /// After the folder that contains the storage folder: its name, and the first letters of it as the key.
  ///
  /// - Parameter storageFolder: A path such as `/home/ada/shop/.orchestron`, which gives `SHOP` and `shop`.
  init(storageFolder: String) {
    let folder = storageFolder.split(separator: "/").dropLast().last.map(String.init) ?? ""
    let letters = folder.utf8.filter { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    key = letters.count < 2 ? "ORC" : String(decoding: letters.prefix(5), as: UTF8.self).asciiUppercased
    name = folder.isEmpty ? "Orchestron" : folder
  }
}
