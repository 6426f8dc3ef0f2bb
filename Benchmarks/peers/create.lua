-- Creates a task with each request.
wrk.method = "POST"
wrk.body = '{"title":"Measured","description":"A task of ordinary length, as people write them.","priority":"high"}'
wrk.headers["Content-Type"] = "application/json"
