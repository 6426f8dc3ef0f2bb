import CCurl
import CHost
import CUV
import Glibc

extension HostExtensions {
  /// `orchestron.http-client/1`.
  static let httpClient = orch_http_client(
    size: UInt32(MemoryLayout<orch_http_client>.size),
    send: { pointer, request, callback, out in
      guard let plugin = Plugin.onLoop(pointer, "http_client.send") else { return }
      let id = plugin.host.newID()
      out?.pointee = id
      do throws(Failure) {
        guard let request = request?.pointee, Int(request.size) >= MemoryLayout<orch_http_request>.size else {
          throw Failure(.invalidArgument, "send needs a request")
        }
        let transfer = try HTTPTransfer(request, allowing: plugin.host.options.httpClientAllow) {
          [unowned plugin] reply in
          guard plugin.registrations.remove(id) != nil else { return }
          plugin.tell(reply, to: callback)
        }
        plugin.registrations.add(id) { [unowned plugin] in
          plugin.host.httpClient.cancel(transfer)
          plugin.tell(.failure(Failure(.cancelled, "the request was given up")), to: callback)
        }
        plugin.host.httpClient.start(transfer)
      } catch {
        plugin.host.defer { [unowned plugin] in plugin.tell(.failure(error), to: callback) }
      }
    },
    cancel: { pointer, id in
      guard let undo = Plugin.onLoop(pointer, "http_client.cancel")?.registrations.remove(id) else {
        return Status.failedPrecondition.rawValue
      }
      undo()
      return Status.ok.rawValue
    })
}

/// What became of an outgoing request.
enum HTTPOutcome {
  case reply(code: Int, headers: [UInt8], body: [UInt8])
  case failure(Failure)
}

extension Plugin {
  fileprivate func tell(_ outcome: HTTPOutcome, to callback: orch_http_cb) {
    var callback = callback
    var reply = orch_http_reply()
    reply.size = UInt32(MemoryLayout<orch_http_reply>.size)
    if callback.fn != nil {
      switch outcome {
      case .reply(let code, let headers, let body):
        reply.code = Int32(code)
        headers.withUnsafeBytes { headers in
          body.withUnsafeBytes { body in
            reply.headers = orch_str(bytes: headers)
            reply.body = orch_str(bytes: body)
            _ = enter("an HTTP reply") { chost_http_reply(&callback, &reply, $0) }
          }
        }
      case .failure(let failure):
        reply.status = failure.status.rawValue
        orch_str.with(failure.message) { message in
          reply.message = message
          _ = enter("an HTTP reply") { chost_http_reply(&callback, &reply, $0) }
        }
      }
    }
    release(orch_task(fn: nil, ud: callback.ud, release: callback.release))
  }
}

/// Outgoing HTTP of all plugins: libcurl's multi interface, driven by the host's loop.
final class HTTPClient {
  private let loop: Loop
  private let multi: UnsafeMutableRawPointer
  private var transfers: [UnsafeMutableRawPointer: HTTPTransfer] = [:]
  private var sockets: [curl_socket_t: SocketPoll] = [:]
  private var timer: UInt64?

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
    curl_multi_add_handle(multi, transfer.handle)
  }

  func cancel(_ transfer: HTTPTransfer) {
    guard transfers.removeValue(forKey: transfer.handle) != nil else { return }
    curl_multi_remove_handle(multi, transfer.handle)
  }

  /// Ends all transfers and timers, at the end of the host.
  func close() {
    for transfer in transfers.values { curl_multi_remove_handle(multi, transfer.handle) }
    transfers = [:]
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
      curl_multi_remove_handle(multi, handle)
      transfers.removeValue(forKey: handle)?.finished(result)
    }
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
