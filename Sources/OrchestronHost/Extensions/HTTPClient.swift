import CCurl
import CUV
import Glibc

/// Outgoing HTTP of all plugins: libcurl's multi interface, driven by the host's loop.
final class HTTPClient {
  private let loop: Loop
  private let multi: UnsafeMutableRawPointer
  private var transfers: [UnsafeMutableRawPointer: HTTPTransfer] = [:]
  private var sockets: [curl_socket_t: SocketPoll] = [:]
  private var timer: UInt64?
  /// Those whose replies are told in parts, by the ids of their requests.
  var opened: [UInt64: HTTPTransfer] = [:]
  /// Of which something has come that was not told yet: libcurl is not to be entered from its own callbacks.
  private var noted: [HTTPTransfer] = []

  init(loop: Loop) {
    self.loop = loop
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    // NULL only without memory for a few hundred bytes.
    multi = curl_multi_init()!
    let own = Unmanaged.passUnretained(self).toOpaque()
    curl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, own)
    curl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, own)
    curl_multi_set_socket(multi) { _, socket, action, client, _ in
      guard let client else { return 0 }
      Unmanaged<HTTPClient>.fromOpaque(client).takeUnretainedValue().watch(socket, action)
      return 0
    }
    curl_multi_set_timer(multi) { _, milliseconds, client in
      guard let client else { return 0 }
      Unmanaged<HTTPClient>.fromOpaque(client).takeUnretainedValue().arm(milliseconds)
      return 0
    }
  }

  deinit {
    for handle in transfers.keys { curl_multi_remove_handle(multi, handle) }
    transfers = [:]
    curl_multi_cleanup(multi)
  }

  func start(_ transfer: HTTPTransfer) {
    transfers[transfer.handle] = transfer
    transfer.note = { [unowned self, unowned transfer] in noted.append(transfer) }
    if let timeout = transfer.headTimeout {
      transfer.timer = loop.startTimer(after: timeout) { [unowned self, unowned transfer] in
        transfer.timer = nil
        remove(transfer)
        transfer.finished(CURLE_OPERATION_TIMEDOUT)
        tellNoted()
      }
    }
    curl_multi_add_handle(multi, transfer.handle)
  }

  func cancel(_ transfer: HTTPTransfer) {
    remove(transfer)
    transfer.isOver = true
  }

  func pause(_ transfer: HTTPTransfer, _ isPaused: Bool) {
    guard transfer.isPaused != isPaused else { return }
    transfer.isPaused = isPaused
    if isPaused { return }
    noted.append(transfer)
    // Nothing is told before `pause` has returned.
    loop.defer { [weak self] in self?.tellNoted() }
  }

  private func remove(_ transfer: HTTPTransfer) {
    stopTimer(of: transfer)
    guard transfers.removeValue(forKey: transfer.handle) != nil else { return }
    curl_multi_remove_handle(multi, transfer.handle)
  }

  private func stopTimer(of transfer: HTTPTransfer) {
    if let timer = transfer.timer { loop.stopTimer(timer) }
    transfer.timer = nil
  }

  private func tellNoted() {
    while !noted.isEmpty {
      let transfers = noted
      noted = []
      for transfer in transfers {
        if transfer.hasHead { stopTimer(of: transfer) }
        transfer.deliver()
      }
    }
  }

  /// Ends all transfers and timers, at the end of the host.
  func close() {
    for transfer in Array(transfers.values) { remove(transfer) }
    opened = [:]
    noted = []
    for socket in sockets.values { socket.close() }
    sockets = [:]
    arm(-1)
  }

  private func watch(_ socket: curl_socket_t, _ action: CInt) {
    guard action != CURL_POLL_REMOVE else {
      sockets.removeValue(forKey: socket)?.close()
      return
    }
    let poll = sockets[socket] ?? SocketPoll(socket, loop.uv) { [unowned self] events in act(socket, events) }
    sockets[socket] = poll
    poll.start(reads: action != CURL_POLL_OUT, writes: action != CURL_POLL_IN)
  }

  private func arm(_ milliseconds: Int) {
    if let timer { loop.stopTimer(timer) }
    timer = nil
    guard milliseconds >= 0 else { return }
    timer = loop.startTimer(after: UInt64(milliseconds)) { [unowned self] in
      timer = nil
      act(CURL_SOCKET_TIMEOUT, 0)
    }
  }

  private func act(_ socket: curl_socket_t, _ events: CInt) {
    var running: CInt = 0
    curl_multi_socket_action(multi, socket, events, &running)
    var result = CURLE_OK
    while let handle = curl_multi_finished(multi, &result) {
      guard let transfer = transfers[handle] else { continue }
      remove(transfer)
      transfer.finished(result)
    }
    tellNoted()
  }
}

/// A `uv_poll_t` on a socket of libcurl, which owns the socket.
private final class SocketPoll {
  private let handle: UnsafeMutablePointer<uv_poll_t>
  private let ready: (CInt) -> Void

  init(_ socket: curl_socket_t, _ loop: UnsafeMutablePointer<uv_loop_t>, _ ready: @escaping (CInt) -> Void) {
    self.ready = ready
    handle = .allocate(capacity: 1)
    uv_poll_init_socket(loop, handle, socket)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  func start(reads: Bool, writes: Bool) {
    let wanted = (reads ? UV_READABLE.rawValue : 0) | (writes ? UV_WRITABLE.rawValue : 0)
    uv_poll_start(handle, CInt(wanted)) { handle, status, events in
      guard let data = handle?.pointee.data else { return }
      var ready: CInt = status < 0 ? CURL_CSELECT_ERR : 0
      if events & CInt(UV_READABLE.rawValue) != 0 { ready |= CURL_CSELECT_IN }
      if events & CInt(UV_WRITABLE.rawValue) != 0 { ready |= CURL_CSELECT_OUT }
      Unmanaged<SocketPoll>.fromOpaque(data).takeUnretainedValue().ready(ready)
    }
  }

  func close() {
    handle.pointee.data = nil
    uv_poll_stop(handle)
    handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
  }
}
