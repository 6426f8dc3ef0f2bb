// Thousands of WebSocket clients in one process and one thread, for Benchmarks/websocket.py.
//
//     clients PORT [TOKEN]
//
// Reads commands from its input, a line each, and answers each with a line of JSON:
//
//     open COUNT [MESSAGE]      a group of clients more; each sends the message and waits for its reply
//     publish COUNT MESSAGE     the first client of all sends the message, which publishes an event; over when every
//                               client of the newest group has it; then again
//     call SECONDS MESSAGE      each client of the newest group sends the message when it has the reply to the last one
//
// Pings are answered all the time. Anything unexpected ends the program with a sentence.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 65536, PER_ADDRESS = 16384, CONNECTING = 128 };

typedef struct {
  int fd;
  bool open;       // The handshake is done.
  char *rest;      // The beginning of a frame, or of the handshake's answer.
  size_t restCount;
  double sent;     // When the call under way was sent.
} Client;

static Client clients[LIMIT];
static int count, group, loop, port;
static const char *token;
static char input[1 << 18];

// What the present command waits for.
static enum { NOTHING, OPEN, PUBLISH, CALL } command;
static int ready, events, replies;
static bool isOver;
static double firstEvent, lastEvent;
static double *latencies;
static size_t latencyCount, latencyRoom;
static char message[4096];
static size_t messageCount;

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void note(double latency) {
  if (latencyCount == latencyRoom) {
    latencyRoom = latencyRoom ? latencyRoom * 2 : 4096;
    latencies = realloc(latencies, latencyRoom * sizeof *latencies);
    if (!latencies) fail("clients: out of memory");
  }
  latencies[latencyCount++] = latency * 1000;
}

// What clients send is far less than a socket's buffer: it is taken at once or something is wrong.
static void put(Client *client, const void *bytes, size_t length) {
  if (write(client->fd, bytes, length) != (ssize_t)length)
    fail("clients: client %d cannot send: %s", (int)(client - clients), strerror(errno));
}

// The key of the mask is zero: the payload stays as it is.
static void putFrame(Client *client, uint8_t opcode, const void *payload, size_t length) {
  uint8_t frame[sizeof message + 8];
  size_t head = length < 126 ? 2 : 4;
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (length < 126 ? length : 126);
  if (head == 4) frame[2] = length >> 8, frame[3] = length & 255;
  memset(frame + head, 0, 4);
  memcpy(frame + head + 4, payload, length);
  put(client, frame, head + 4 + length);
}

static void sendMessage(Client *client) {
  client->sent = now();
  putFrame(client, 1, message, messageCount);
}

static void setMessage(const char *text) {
  messageCount = strlen(text);
  if (messageCount >= sizeof message) fail("clients: the message is too long");
  memcpy(message, text, messageCount);
}

static void connectOne(void) {
  if (count == LIMIT) fail("clients: more than %d", LIMIT);
  Client *client = &clients[count];
  int one = 1;
  client->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (client->fd < 0) fail("clients: no socket for client %d: %s; see ulimit -Hn", count, strerror(errno));
  // One address has some 28,000 ports.
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + count / PER_ADDRESS)};
  struct sockaddr_in there = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (bind(client->fd, (struct sockaddr *)&here, sizeof here) ||
      connect(client->fd, (struct sockaddr *)&there, sizeof there))
    fail("clients: client %d cannot connect: %s", count, strerror(errno));
  struct epoll_event wish = {.events = EPOLLIN, .data.u32 = count};
  epoll_ctl(loop, EPOLL_CTL_ADD, client->fd, &wish);
  char head[1024];
  int length = snprintf(head, sizeof head,
                        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
                        port, token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "");
  put(client, head, length);
  count++;
}

static void didOpen(Client *client) {
  client->open = true;
  if (messageCount) sendMessage(client); else ready++;
}

static void didReceive(Client *client, const char *text, size_t length) {
  int index = client - clients;
  if (memmem(text, length, "\"error\"", 7)) fail("clients: client %d was told %.*s", index, (int)length, text);
  bool isEvent = memmem(text, length, "\"method\":\"event\"", 16);
  if (isEvent) {
    if (command != PUBLISH || index < group) fail("clients: client %d was told of an event of nobody", index);
    lastEvent = now();
    if (events++ == 0) firstEvent = lastEvent;
    return;
  }
  replies++;
  if (command == OPEN) ready++;
  if (command != CALL) return;
  note(now() - client->sent);
  if (isOver) ready++; else sendMessage(client);
}

// Answers how many bytes were whole.
static size_t take(Client *client, char *bytes, size_t length) {
  size_t taken = 0;
  if (!client->open) {
    char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (strncmp(bytes, "HTTP/1.1 101", 12)) fail("clients: no WebSocket: %.*s", (int)length, bytes);
    taken = end + 4 - bytes;
    didOpen(client);
  }
  while (length - taken >= 2) {
    const uint8_t *frame = (const uint8_t *)bytes + taken;
    size_t head = 2, size = frame[1];
    if (size == 126) head = 4, size = length - taken < 4 ? SIZE_MAX / 2 : (size_t)(frame[2] << 8 | frame[3]);
    if (size == 127) fail("clients: a frame of 64 KiB or more");
    if (length - taken < head + size) break;
    switch (frame[0]) {
    case 0x81: didReceive(client, (const char *)frame + head, size); break;
    case 0x89: putFrame(client, 10, frame + head, size); break;
    default: fail("clients: client %d got a frame that begins with %02x", (int)(client - clients), frame[0]);
    }
    taken += head + size;
  }
  return taken;
}

static void readFrom(Client *client) {
  if (client->restCount) memcpy(input, client->rest, client->restCount);
  ssize_t got = recv(client->fd, input + client->restCount, sizeof input - client->restCount, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) fail("clients: the server has left client %d: %s", (int)(client - clients), got ? strerror(errno) : "end");
  size_t length = client->restCount + got, taken = take(client, input, length);
  free(client->rest);
  client->rest = NULL;
  client->restCount = length - taken;
  if (client->restCount) {
    client->rest = malloc(client->restCount);
    memcpy(client->rest, input + taken, client->restCount);
  }
}

// Serves the sockets for a while; answers whether there is a command to read.
static bool turn(int milliseconds) {
  static struct epoll_event happened[1024];
  bool isAsked = false;
  int n = epoll_wait(loop, happened, 1024, milliseconds);
  for (int i = 0; i < n; i++) {
    if (happened[i].data.u32 == LIMIT) isAsked = true; else readFrom(&clients[happened[i].data.u32]);
  }
  return isAsked;
}

static void wait(double seconds) {
  for (double end = now() + seconds; now() < end;) turn(1);
}

static int compare(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static double quantile(double share) {
  if (!latencyCount) return 0;
  size_t index = latencyCount * share;
  return latencies[index < latencyCount ? index : latencyCount - 1];
}

static void answer(const char *name, double value) {
  qsort(latencies, latencyCount, sizeof *latencies, compare);
  printf("{\"%s\":%.6f,\"count\":%zu,\"median\":%.4f,\"p99\":%.4f,\"max\":%.4f}\n", name, value, latencyCount,
         quantile(0.5), quantile(0.99), quantile(1));
  fflush(stdout);
}

static void openGroup(int size, const char *text) {
  double began = now();
  command = OPEN;
  group = count;
  ready = 0;
  setMessage(text);
  while (ready < size) {
    if (count - group < size && count - group - ready < CONNECTING) connectOne(); else turn(10);
  }
  answer("seconds", now() - began);
}

static void publish(int times, const char *text) {
  double spread = 0;
  command = PUBLISH;
  setMessage(text);
  for (int i = 0; i < times; i++) {
    events = replies = 0;
    sendMessage(&clients[0]);
    while (events < count - group || replies < 1) {
      turn(10);
      if (now() - clients[0].sent > 10) fail("clients: %d of %d have the event after 10 s", events, count - group);
    }
    note(lastEvent - clients[0].sent);
    spread += (lastEvent - firstEvent) * 1000 / times;
    wait(0.005);
    if (events != count - group) fail("clients: %d events for %d clients", events, count - group);
  }
  answer("spread", spread);
}

static void call(double seconds, const char *text) {
  double began = now();
  command = CALL;
  setMessage(text);
  isOver = false;
  ready = 0;
  for (int i = group; i < count; i++) sendMessage(&clients[i]);
  while (now() - began < seconds) turn(10);
  double rate = latencyCount / (now() - began);
  // Nobody begins anew: when each has its last reply, there is room for the next command.
  for (isOver = true; ready < count - group;) turn(10);
  answer("rate", rate);
}

int main(int argc, char **argv) {
  if (argc < 2) fail("clients PORT [TOKEN]");
  port = atoi(argv[1]);
  token = argv[2];
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  loop = epoll_create1(0);
  struct epoll_event wish = {.events = EPOLLIN, .data.u32 = LIMIT};
  epoll_ctl(loop, EPOLL_CTL_ADD, 0, &wish);
  for (;;) {
    if (!turn(1000)) continue;
    char line[sizeof message + 64], name[16];
    double number;
    int end = 0;
    // A command comes only when the last one was answered: the buffer of standard input holds no other.
    if (!fgets(line, sizeof line, stdin)) return 0;
    line[strcspn(line, "\n")] = 0;
    if (sscanf(line, "%15s %lf %n", name, &number, &end) < 2) fail("clients: what is \"%s\"?", line);
    latencyCount = 0;
    if (!strcmp(name, "open")) openGroup(number, line + end);
    else if (!strcmp(name, "publish")) publish(number, line + end);
    else if (!strcmp(name, "call")) call(number, line + end);
    else fail("clients: what is \"%s\"?", line);
    command = NOTHING;
  }
}
