/*
 * libmosquitto with an event loop of ours around it, as its documentation describes for many
 * clients in one thread. Arguments and kinds as in raw.c; it has no way to batch.
 */
#include <mosquitto.h>
#include "bench.h"

enum { TICK_US = 250, DRAIN_MS = 500, MISC_NS = 1000000000 };

struct unit {
  struct mosquitto *client;
  char topic[32];
};

static struct unit *units;
static long port, connections, payload_bytes, window, ready_count;
static int poll_fd, qos, closing;
static uint8_t payload[MAX_FRAME];
static uint64_t sequence;
static long acknowledged, wanted, received, warm;
static struct samples latency;

static void check(int code, const char *what) {
  if (code == MOSQ_ERR_SUCCESS) return;
  fprintf(stderr, "%s: %s\n", what, mosquitto_strerror(code));
  exit(1);
}

static void publish(struct unit *unit, uint64_t stamp) {
  sequence++;
  memcpy(payload, &sequence, 8);
  memcpy(payload + 8, &stamp, 8);
  check(mosquitto_publish(unit->client, NULL, unit->topic, (int)payload_bytes, payload, qos, false),
        "publish");
}

static void on_connect(struct mosquitto *client, void *unit, int code) {
  (void)client, (void)unit;
  check(code, "CONNACK");
  ready_count++;
}

static void on_subscribe(struct mosquitto *client, void *unit, int id, int count, const int *qos) {
  (void)client, (void)unit, (void)id, (void)count, (void)qos;
  ready_count++;
}

static void on_disconnect(struct mosquitto *client, void *unit, int code) {
  (void)client, (void)unit;
  if (!closing) check(code == 0 ? MOSQ_ERR_CONN_LOST : code, "the target closed a connection");
}

static void on_publish(struct mosquitto *client, void *unit, int id) {
  (void)client, (void)id;
  if (qos == 0) return;
  acknowledged++;
  if (acknowledged < wanted) publish(unit, 0);
}

static void on_message(struct mosquitto *client, void *unit, const struct mosquitto_message *message) {
  (void)client, (void)unit;
  uint64_t number, due_ns;
  memcpy(&number, message->payload, 8);
  memcpy(&due_ns, (const uint8_t *)message->payload + 8, 8);
  if (number <= (uint64_t)warm) return;
  received++;
  add_sample(&latency, (now_ns() - due_ns) / 1e3);
}

static void open_unit(struct unit *unit, long index) {
  char name[32];
  snprintf(name, sizeof name, "lib-%ld", index);
  snprintf(unit->topic, sizeof unit->topic, "bench/%ld", index);
  unit->client = mosquitto_new(name, true, unit);
  if (unit->client == NULL) die("mosquitto_new");
  mosquitto_int_option(unit->client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_max_inflight_messages_set(unit->client, (unsigned)window);
  mosquitto_connect_callback_set(unit->client, on_connect);
  mosquitto_subscribe_callback_set(unit->client, on_subscribe);
  mosquitto_disconnect_callback_set(unit->client, on_disconnect);
  mosquitto_publish_callback_set(unit->client, on_publish);
  mosquitto_message_callback_set(unit->client, on_message);
  check(mosquitto_connect(unit->client, "127.0.0.1", (int)port, 60), "connect");
  watch(poll_fd, mosquitto_socket(unit->client), EPOLLIN, (uint32_t)index);
}

static int wait_and_receive(int timeout_ms) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(poll_fd, events, EVENTS, timeout_ms);
  for (int i = 0; i < count; i++) {
    if (events[i].data.u32 >= (uint32_t)connections) continue;
    struct mosquitto *client = units[events[i].data.u32].client;
    check(mosquitto_loop_read(client, 1), "read");
    if (mosquitto_want_write(client)) check(mosquitto_loop_write(client, 1), "write");
  }
  return count;
}

static void keep_alive(void) {
  for (long i = 0; i < connections; i++)
    if (units[i].client != NULL) check(mosquitto_loop_misc(units[i].client), "keepalive");
}

static void connect_all(long parallel) {
  long opened = 0;
  while (ready_count < connections) {
    for (; opened < connections && opened - ready_count < parallel; opened++)
      open_unit(&units[opened], opened);
    if (wait_and_receive(10000) == 0) die("no CONNACK");
  }
}

static void print_part(const struct part *part, long messages) {
  printf("{\"messages\":%ld,\"cpuMs\":%.3f,\"wallMs\":%.3f", messages, part->cpu_ms, part->wall_ms);
}

/* True when the kernel has not taken what was published before. */
static int is_blocked(struct unit *unit) {
  if (!mosquitto_want_write(unit->client)) return 0;
  check(mosquitto_loop_write(unit->client, 1), "write");
  return mosquitto_want_write(unit->client);
}

static void run_qos0(long messages, long batch) {
  struct part part;
  int began = 0;
  long sent = 0, first = 0;
  while (sent < warm + messages) {
    int progressed = 0;
    if (!began && sent >= warm) {
      began = 1;
      first = sent;
      begin(&part);
    }
    for (long i = 0; i < connections; i++) {
      if (is_blocked(&units[i])) continue;
      for (long n = 0; n < batch; n++) publish(&units[i], 0);
      sent += batch;
      progressed = 1;
    }
    if (!progressed) wait_and_receive(1);
  }
  end(&part);
  print_part(&part, sent - first);
}

static void run_qos1(long messages) {
  struct part part;
  wanted = warm + messages;
  for (long i = 0; i < connections; i++)
    for (long n = 0; n < window; n++) publish(&units[i], 0);
  while (acknowledged < warm) wait_and_receive(1000);
  long first = acknowledged;
  begin(&part);
  while (acknowledged < wanted)
    if (wait_and_receive(5000) == 0) die("no PUBACK");
  end(&part);
  print_part(&part, acknowledged - first);
}

static void run_paced(double rate, long warm_ms, long seconds, int listens) {
  struct part part;
  struct samples error;
  long count = (long)(rate * seconds), total;
  warm = (long)(rate * warm_ms / 1e3);
  total = warm + count;
  int timer = open_timer(TICK_US);
  make_room(&error, (size_t)count);
  make_room(&latency, (size_t)count);
  watch(poll_fd, timer, EPOLLIN, (uint32_t)connections);
  uint64_t began_ns = now_ns(), expirations;
  for (long sent = 0; sent < total;) {
    wait_and_receive(-1);
    if (read(timer, &expirations, 8) != 8 && errno != EAGAIN) die("timerfd");
    for (; sent < total; sent++) {
      uint64_t due_ns = began_ns + (uint64_t)((double)sent * 1e9 / rate);
      if (due_ns > now_ns()) break;
      if (sent == warm) begin(&part);
      publish(&units[sent % connections], due_ns);
      if (sent >= warm) add_sample(&error, (now_ns() - due_ns) / 1e3);
    }
  }
  end(&part);
  print_part(&part, count);
  print_quantiles("sendError", &error);
  uint64_t until_ns = now_ns() + DRAIN_MS * 1000000ull;
  while (listens && received < count && now_ns() < until_ns) wait_and_receive(10);
  if (listens) printf(",\"received\":%ld", received);
  print_quantiles("latency", &latency);
}

static void run_idle(long parallel, long hold_ms) {
  double base_kb = rss_kb(), cpu_began = cpu_ms();
  uint64_t began_ns = now_ns(), looked_ns = began_ns;
  connect_all(parallel);
  double wall_ms = (now_ns() - began_ns) / 1e6;
  printf("{\"connections\":%ld,\"cpuMs\":%.3f,\"wallMs\":%.3f,\"connectPerSec\":%.1f", connections,
         cpu_ms() - cpu_began, wall_ms, connections * 1e3 / wall_ms);
  uint64_t until_ns = now_ns() + (uint64_t)hold_ms * 1000000ull;
  while (now_ns() < until_ns) {
    wait_and_receive(50);
    if (now_ns() - looked_ns < MISC_NS) continue;
    looked_ns = now_ns();
    keep_alive();
  }
  printf(",\"baseRssKb\":%.0f,\"rssKbPerConnection\":%.3f", base_kb,
         (rss_kb() - base_kb) / connections);
}

int main(int argc, char **argv) {
  const char *kind = word_arg(argc, argv, "kind", "");
  raise_file_limit();
  mosquitto_lib_init();
  port = arg(argc, argv, "port", 1883);
  connections = arg(argc, argv, "connections", 100);
  payload_bytes = arg(argc, argv, "payload", 64);
  window = arg(argc, argv, "window", 1);
  long messages = arg(argc, argv, "messages", 1000);
  warm = arg(argc, argv, "warm", 0);
  long parallel = arg(argc, argv, "parallel", 64);
  qos = strcmp(kind, "qos1") == 0;
  memset(payload, '.', sizeof payload);
  units = calloc((size_t)connections, sizeof *units);
  poll_fd = epoll_create1(0);
  if (strcmp(kind, "idle") == 0) {
    run_idle(parallel, arg(argc, argv, "holdMs", 1000));
  } else {
    connect_all(parallel);
    if (strcmp(kind, "e2e") == 0) {
      for (long i = 0; i < connections; i++)
        check(mosquitto_subscribe(units[i].client, NULL, units[i ^ 1].topic, 0), "subscribe");
      while (ready_count < 2 * connections) wait_and_receive(1000);
    }
    if (strcmp(kind, "qos0") == 0) run_qos0(messages, arg(argc, argv, "batch", 1));
    else if (strcmp(kind, "qos1") == 0) run_qos1(messages);
    else run_paced(arg(argc, argv, "rate", 1000), arg(argc, argv, "warmMs", 500),
                   arg(argc, argv, "seconds", 1), strcmp(kind, "e2e") == 0);
  }
  printf("}\n");
  closing = 1;
  return 0;
}
