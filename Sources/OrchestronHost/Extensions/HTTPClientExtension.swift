import CHost

extension HostExtensions {
  /// `orchestron.http-client/1`.
  static let httpClient = orch_http_client(
    size: UInt32(MemoryLayout<orch_http_client>.size),
    send: { pointer, request, callback, out in
      guard let plugin = Plugin.onLoop(pointer, "http_client.send") else { return }
      let id = plugin.begin(request) { [unowned plugin] in plugin.tell($0, to: callback) }
      out?.pointee = id
    },
    cancel: { pointer, id in
      guard let plugin = Plugin.onLoop(pointer, "http_client.cancel"), plugin.registrations.contains(id) else {
        return Status.failedPrecondition.rawValue
      }
      let client = plugin.host.httpClient
      guard let transfer = client.opened[id] else {
        plugin.registrations.remove(id)?()
        return Status.ok.rawValue
      }
      guard !transfer.isOver else { return Status.failedPrecondition.rawValue }
      // The end is told later: this may be the one that is being told.
      client.cancel(transfer)
      plugin.host.defer { [unowned plugin] in plugin.registrations.remove(id)?() }
      return Status.ok.rawValue
    },
    open: { pointer, request, callback, out in
      guard let plugin = Plugin.onLoop(pointer, "http_client.open") else { return }
      let id = plugin.begin(request, parts: plugin.listener(of: callback)) { [unowned plugin] in
        plugin.tellEnd($0, to: callback)
      }
      out?.pointee = id
    },
    pause: { pointer, id, paused in
      guard let plugin = Plugin.onLoop(pointer, "http_client.pause"),
        let transfer = plugin.host.httpClient.opened[id], plugin.registrations.contains(id)
      else { return Status.failedPrecondition.rawValue }
      plugin.host.httpClient.pause(transfer, paused != 0)
      return Status.ok.rawValue
    })
}

/// What became of an outgoing request.
enum HTTPOutcome {
  case reply(code: Int, headers: [UInt8], body: [UInt8])
  case failure(Failure)
}

extension Plugin {
  /// Begins a request, whose id it gives.
  ///
  /// - Parameters:
  ///   - parts: Who gets the reply in parts; nil: the outcome has it whole.
  ///   - tell: Gets the outcome, once and later.
  fileprivate func begin(
    _ request: UnsafePointer<orch_http_request>?, parts: HTTPTransfer.Listener? = nil,
    tell: @escaping (HTTPOutcome) -> Void
  ) -> UInt64 {
    let id = host.newID()
    do throws(Failure) {
      guard let request = request?.pointee, Int(request.size) >= MemoryLayout<orch_http_request>.size else {
        throw Failure(.invalidArgument, "a request is missing")
      }
      let transfer = try HTTPTransfer(request, allowing: host.options.httpClientAllow, parts: parts) {
        [unowned self] outcome in
        host.httpClient.opened[id] = nil
        guard registrations.remove(id) != nil else { return }
        tell(outcome)
      }
      registrations.add(id) { [unowned self] in
        host.httpClient.opened[id] = nil
        host.httpClient.cancel(transfer)
        tell(.failure(Failure(.cancelled, "the request was given up")))
      }
      if parts != nil { host.httpClient.opened[id] = transfer }
      host.httpClient.start(transfer)
    } catch {
      host.defer { tell(.failure(error)) }
    }
    return id
  }

  fileprivate func listener(of callback: orch_http_parts_cb) -> HTTPTransfer.Listener {
    var callback = callback
    return HTTPTransfer.Listener { [unowned self] code, headers in
      headers.withUnsafeBytes { headers in
        _ = enter("the head of an HTTP reply") {
          chost_http_head(&callback, Int32(code), orch_str(bytes: headers), $0)
        }
      }
    } part: { [unowned self] bytes in
      bytes.withUnsafeBytes { bytes in
        _ = enter("a part of an HTTP reply") { chost_http_part(&callback, orch_str(bytes: bytes), $0) }
      }
    }
  }

  fileprivate func tellEnd(_ outcome: HTTPOutcome, to callback: orch_http_parts_cb) {
    var callback = callback
    let failure: Failure? = if case .failure(let failure) = outcome { failure } else { nil }
    orch_str.with(failure?.message ?? "") { message in
      _ = enter("the end of an HTTP reply") {
        chost_http_end(&callback, (failure?.status ?? .ok).rawValue, message, $0)
      }
    }
    release(orch_task(fn: nil, ud: callback.ud, release: callback.release))
  }

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
