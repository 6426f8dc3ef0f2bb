// The health check of a server on Node's own http module.
const http = require('node:http');
const body = JSON.stringify({ status: 'ok', version: '0.1.0', uptime: 1, plugins: [] });
http
  .createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    response.end(body);
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
