/* The connections of raw.c: handshake, frames made once, reads and writes without a copy too many. */
#ifndef RAW_SESSION_H
#define RAW_SESSION_H

#include "bench.h"

enum { READ_BYTES = 65536 };

struct unit {
  int fd;
  uint16_t packet_id;
  int ready;
  size_t frame_length, payload_at;
  uint8_t *frame;
  size_t rest_length;
  uint8_t rest[64];
  size_t late_length;
  uint8_t *late;
};

static struct unit *units;
static long port, connections, payload_bytes, batch, window, ready_count;
static int poll_fd, qos;
static uint8_t input[READ_BYTES + 64], *output;
static size_t output_length;
static uint64_t sequence;
/* Called for each packet that ends a publish of ours or brings one. */
static void (*on_ack)(struct unit *unit);
static void (*on_message)(const uint8_t *payload);

static void handshake(struct unit *unit, long index) {
  uint8_t body[128], packet[160];
  char name[32];
  size_t at = put_text(body, "MQTT");
  body[at++] = 4;
  body[at++] = 2; /* clean session */
  body[at++] = 0;
  body[at++] = 60;
  snprintf(name, sizeof name, "raw-%ld", index);
  at += put_text(body + at, name);
  size_t length = put_packet(packet, CONNECT << 4, body, at);
  if (send(unit->fd, packet, length, MSG_NOSIGNAL) != (ssize_t)length) die("CONNECT");
}

static void build_frame(struct unit *unit, long index) {
  uint8_t body[MAX_FRAME], frame[MAX_FRAME];
  char topic[32];
  snprintf(topic, sizeof topic, "bench/%ld", index);
  size_t at = put_text(body, topic);
  if (qos > 0) at += 2;
  memset(body + at, '.', (size_t)payload_bytes);
  at += (size_t)payload_bytes;
  unit->frame_length = put_packet(frame, (uint8_t)(PUBLISH << 4 | qos << 1), body, at);
  unit->frame = malloc(unit->frame_length);
  memcpy(unit->frame, frame, unit->frame_length);
  unit->payload_at = unit->frame_length - (size_t)payload_bytes;
}

/* Listens to its partner, as a Unit of a pair does. */
static void subscribe(struct unit *unit, long index) {
  uint8_t body[64] = {0, 1}, packet[80];
  char topic[32];
  snprintf(topic, sizeof topic, "bench/%ld", index ^ 1);
  size_t at = 2 + put_text(body + 2, topic);
  body[at++] = 0;
  size_t length = put_packet(packet, SUBSCRIBE << 4 | 2, body, at);
  if (send(unit->fd, packet, length, MSG_NOSIGNAL) != (ssize_t)length) die("SUBSCRIBE");
}

/* Appends the unit's next message, stamped, to the output. */
static void append(struct unit *unit, uint64_t stamp) {
  uint8_t *to = output + output_length;
  memcpy(to, unit->frame, unit->frame_length);
  if (qos > 0) {
    if (++unit->packet_id == 0) unit->packet_id = 1;
    to[unit->payload_at - 2] = (uint8_t)(unit->packet_id >> 8);
    to[unit->payload_at - 1] = (uint8_t)unit->packet_id;
  }
  sequence++;
  memcpy(to + unit->payload_at, &sequence, 8);
  memcpy(to + unit->payload_at + 8, &stamp, 8);
  output_length += unit->frame_length;
}

/* Writes the output; what the kernel does not take waits with the unit. */
static void write_output(struct unit *unit) {
  ssize_t sent = send(unit->fd, output, output_length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) die("send");
  size_t taken = sent < 0 ? 0 : (size_t)sent, left = output_length - taken;
  output_length = 0;
  if (left == 0) return;
  unit->late = realloc(unit->late, unit->late_length + left);
  memcpy(unit->late + unit->late_length, output + taken, left);
  unit->late_length += left;
}

static int is_blocked(struct unit *unit) {
  if (unit->late_length == 0) return 0;
  ssize_t sent = send(unit->fd, unit->late, unit->late_length, MSG_NOSIGNAL);
  if (sent <= 0) return 1;
  unit->late_length -= (size_t)sent;
  memmove(unit->late, unit->late + sent, unit->late_length);
  return unit->late_length > 0;
}

static void handle(struct unit *unit, const uint8_t *packet, size_t body) {
  switch (packet[0] >> 4) {
    case CONNACK:
      if (packet[body + 1] != 0) die("refused");
      unit->ready = 1;
      ready_count++;
      return;
    case SUBACK: ready_count++; return;
    case PUBACK: on_ack(unit); return;
    case PUBLISH: {
      size_t topic = (size_t)packet[body] << 8 | packet[body + 1];
      on_message(packet + body + 2 + topic);
      return;
    }
    default: return;
  }
}

/* One read, however much it brings; acknowledgements are answered with one write. */
static void receive(struct unit *unit) {
  memcpy(input, unit->rest, unit->rest_length);
  ssize_t got = recv(unit->fd, input + unit->rest_length, READ_BYTES, 0);
  if (got == 0) die("the target closed a connection");
  if (got < 0) return;
  size_t length = unit->rest_length + (size_t)got, used = 0, body = 0, size;
  while ((size = whole_packet(input + used, length - used, &body)) > 0) {
    handle(unit, input + used, body);
    used += size;
  }
  unit->rest_length = length - used;
  if (unit->rest_length > sizeof unit->rest) die("a packet longer than any asked for");
  memcpy(unit->rest, input + used, unit->rest_length);
  if (output_length > 0) write_output(unit);
}

static int wait_and_receive(int timeout_ms) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(poll_fd, events, EVENTS, timeout_ms);
  for (int i = 0; i < count; i++)
    if (events[i].events & EPOLLIN && events[i].data.u32 < (uint32_t)connections)
      receive(&units[events[i].data.u32]);
  return count;
}

/* At most `parallel` handshakes at a time. */
static void connect_all(long parallel, uint32_t extra_events) {
  long opened = 0;
  while (ready_count < connections) {
    for (; opened < connections && opened - ready_count < parallel; opened++) {
      units[opened].fd = connect_to(port);
      watch(poll_fd, units[opened].fd, EPOLLIN | extra_events, (uint32_t)opened);
      handshake(&units[opened], opened);
    }
    if (wait_and_receive(10000) == 0) die("no CONNACK");
  }
}

static void build_frames(void) {
  for (long i = 0; i < connections; i++) build_frame(&units[i], i);
  output = malloc((size_t)(batch > window ? batch : window) * units[connections - 1].frame_length + MAX_FRAME);
}

#endif
