// What Benchmarks/websocket.py asks of Orchestron, on the library `ws`: JSON-RPC over WebSocket, tasks in memory alone.
const { WebSocketServer } = require('ws');
const tasks = new Map();
const subscribers = new Map();

function publish(topic, data) {
  const text = JSON.stringify({
    jsonrpc: '2.0', method: 'event',
    params: { subscription: 1, topic, time: new Date().toISOString(), source: 'core', data },
  });
  for (const socket of subscribers.get(topic) ?? []) socket.send(text);
}

const methods = {
  'tasks.create'({ title }) {
    const task = { id: `ORC-${tasks.size + 1}`, title, status: 'todo', createdAt: new Date().toISOString() };
    tasks.set(task.id, task);
    publish('task:created', task);
    return task;
  },
  'tasks.get': ({ id }) => tasks.get(id),
  subscribe({ topics }, socket) {
    for (const topic of topics) {
      if (!subscribers.has(topic)) subscribers.set(topic, new Set());
      subscribers.get(topic).add(socket);
    }
    return { subscription: 1 };
  },
};

const server = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1' });
server.on('listening', () => console.log('ready'));
server.on('connection', (socket) => {
  socket.on('message', (message) => {
    const { id, method, params } = JSON.parse(message);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: methods[method](params, socket) }));
  });
  socket.on('close', () => subscribers.forEach((set) => set.delete(socket)));
});
