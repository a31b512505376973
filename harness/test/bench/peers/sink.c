/*
 * The null target: accepts, and answers only what a client waits for (CONNACK, SUBACK, PUBACK,
 * PUBREC, PUBCOMP, PINGRESP; 200 with a small body for an HTTP GET). The answers to one read leave
 * in one write. Prints its port, then answers commands on stdin, one line each:
 *
 *   count         {"publishes":…,"requests":…,"connections":…}
 *   pace RATE SKIP  notes arrivals from now on, of messages due evenly, RATE a second
 *   arrivals      {"arrivalErrorP50Ms":…,…} over those noted, the first SKIP left out
 */
#include "sink-arrivals.h"

enum { READ_BYTES = 262144, ANSWER_BYTES = 262144 };
static const char HTTP_ANSWER[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n"
    "{\"count\":0,\"units\":[]}";

struct client {
  int fd;
  size_t rest_length;
  uint8_t *rest;
  size_t late_length;
  uint8_t *late;
};

static struct client *clients[1 << 20];
static uint8_t input[READ_BYTES + MAX_FRAME], output[ANSWER_BYTES];
static size_t output_length;
static long publishes, requests, connections;

static void answer(uint8_t type, const uint8_t *id) {
  uint8_t packet[4] = {(uint8_t)(type << 4 | (type == PUBREL ? 2 : 0)), 2, id[0], id[1]};
  if (output_length + 4 > ANSWER_BYTES) return;
  memcpy(output + output_length, packet, 4);
  output_length += 4;
}

static void handle_publish(const uint8_t *packet, size_t body) {
  int qos = packet[0] >> 1 & 3;
  publishes++;
  note_arrival();
  if (qos == 0) return;
  size_t topic = (size_t)packet[body] << 8 | packet[body + 1];
  answer(qos == 1 ? PUBACK : PUBREC, packet + body + 2 + topic);
}

static void handle_subscribe(const uint8_t *packet, size_t body, size_t length) {
  size_t topics = 0;
  for (size_t at = body + 2; at + 3 <= length; topics++)
    at += 3 + ((size_t)packet[at] << 8 | packet[at + 1]);
  uint8_t *to = output + output_length;
  if (topics > 100 || output_length + topics + 4 > ANSWER_BYTES) return;
  to[0] = SUBACK << 4;
  to[1] = (uint8_t)(2 + topics);
  memcpy(to + 2, packet + body, 2);
  memset(to + 4, packet[length - 1], topics);
  output_length += 4 + topics;
}

static void handle_mqtt(const uint8_t *packet, size_t body, size_t length) {
  static const uint8_t accepted[2] = {0, 0};
  switch (packet[0] >> 4) {
    case CONNECT: answer(CONNACK, accepted); return;
    case PUBLISH: handle_publish(packet, body); return;
    case PUBREL: answer(PUBCOMP, packet + body); return;
    case SUBSCRIBE: handle_subscribe(packet, body, length); return;
    case PINGREQ:
      output[output_length++] = PINGRESP << 4;
      output[output_length++] = 0;
      return;
    default: return;
  }
}

/* Bytes used up: whole requests only, without bodies. */
static size_t handle_http(const uint8_t *bytes, size_t length) {
  size_t used = 0;
  for (;;) {
    const uint8_t *blank = memmem(bytes + used, length - used, "\r\n\r\n", 4);
    if (blank == NULL) return used;
    used = (size_t)(blank - bytes) + 4;
    requests++;
    if (output_length + sizeof HTTP_ANSWER > ANSWER_BYTES) continue;
    memcpy(output + output_length, HTTP_ANSWER, sizeof HTTP_ANSWER - 1);
    output_length += sizeof HTTP_ANSWER - 1;
  }
}

static size_t handle(const uint8_t *bytes, size_t length) {
  size_t used = 0, body = 0, size;
  if (length > 0 && bytes[0] == 'G') return handle_http(bytes, length);
  while ((size = whole_packet(bytes + used, length - used, &body)) > 0) {
    handle_mqtt(bytes + used, body, size);
    used += size;
  }
  return used;
}

static void drop(struct client *client) {
  close(client->fd);
  clients[client->fd] = NULL;
  free(client->rest);
  free(client->late);
  free(client);
  connections--;
}

/* What the kernel does not take is kept, in order, until it does. */
static void send_answers(int poll, struct client *client) {
  ssize_t sent = client->late_length > 0 ? 0 : send(client->fd, output, output_length, MSG_NOSIGNAL);
  if (sent < 0) sent = 0;
  size_t left = output_length - (size_t)sent;
  if (left == 0) return;
  client->late = realloc(client->late, client->late_length + left);
  memcpy(client->late + client->late_length, output + sent, left);
  client->late_length += left;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = client->fd};
  epoll_ctl(poll, EPOLL_CTL_MOD, client->fd, &event);
}

static void send_late(int poll, struct client *client) {
  ssize_t sent = send(client->fd, client->late, client->late_length, MSG_NOSIGNAL);
  if (sent <= 0) return;
  client->late_length -= (size_t)sent;
  memmove(client->late, client->late + sent, client->late_length);
  if (client->late_length > 0) return;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = client->fd};
  epoll_ctl(poll, EPOLL_CTL_MOD, client->fd, &event);
}

static void serve(int poll, struct client *client) {
  if (client->rest_length > 0) memcpy(input, client->rest, client->rest_length);
  ssize_t got = recv(client->fd, input + client->rest_length, READ_BYTES, 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) drop(client);
    return;
  }
  size_t length = client->rest_length + (size_t)got;
  output_length = 0;
  size_t used = handle(input, length);
  client->rest_length = length - used;
  if (client->rest_length > MAX_FRAME) {
    drop(client);
    return;
  }
  if (client->rest_length > 0) {
    if (client->rest == NULL) client->rest = malloc(MAX_FRAME);
    memcpy(client->rest, input + used, client->rest_length);
  }
  if (output_length > 0) send_answers(poll, client);
}

static void accept_all(int poll, int listener) {
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) return;
    prepare_socket(fd);
    clients[fd] = calloc(1, sizeof(struct client));
    clients[fd]->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
    connections++;
  }
}

static void obey(const char *line) {
  double rate;
  long skip;
  if (sscanf(line, "pace %lf %ld", &rate, &skip) == 2) {
    note_arrivals(rate, skip);
    printf("{}\n");
  } else if (strncmp(line, "arrivals", 8) == 0 && pace_per_sec > 0) {
    print_arrivals();
  } else {
    printf("{\"publishes\":%ld,\"requests\":%ld,\"connections\":%ld}\n", publishes, requests,
           connections);
  }
  fflush(stdout);
}

static int open_listener(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0) die("bind");
  if (listen(fd, 4096) != 0) die("listen");
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void read_commands(void) {
  static char line[256];
  ssize_t got = read(0, line, sizeof line - 1);
  if (got <= 0) exit(0); /* whoever started us is gone */
  line[got] = 0;
  obey(line);
}

int main(void) {
  raise_file_limit();
  int poll = epoll_create1(0), listener = open_listener();
  struct epoll_event events[EVENTS], wanted = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
  wanted.data.fd = 0;
  epoll_ctl(poll, EPOLL_CTL_ADD, 0, &wanted);
  for (;;) {
    int count = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) accept_all(poll, listener);
      else if (fd == 0) read_commands();
      else if (clients[fd] != NULL) {
        if (events[i].events & EPOLLOUT) send_late(poll, clients[fd]);
        if (events[i].events & ~EPOLLOUT) serve(poll, clients[fd]);
      }
    }
  }
}
