/*
 * The practical limit: frames made once, patched and written, nothing measured but what is asked.
 *
 *   raw kind=qos0|qos1|open|e2e|idle port=… connections=… payload=… and what the kind needs:
 *     qos0  messages warm batch     qos1  messages warm window
 *     open, e2e  rate warmMs seconds       idle  parallel holdMs
 */
#include "raw-session.h"

enum { TICK_US = 250, DRAIN_MS = 500 };

/* Messages that only warm up. */
static long warm;

static void print_part(const struct part *part, long messages) {
  printf("{\"messages\":%ld,\"cpuMs\":%.3f,\"wallMs\":%.3f", messages, part->cpu_ms, part->wall_ms);
}

static void run_qos0(long messages) {
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
      for (long n = 0; n < batch; n++) append(&units[i], 0);
      write_output(&units[i]);
      sent += batch;
      progressed = 1;
    }
    if (!progressed) wait_and_receive(100);
  }
  end(&part);
  print_part(&part, sent - first);
}

static long acknowledged, wanted;

static void refill(struct unit *unit) {
  acknowledged++;
  if (acknowledged < wanted) append(unit, 0);
}

static void run_qos1(long messages) {
  struct part part;
  on_ack = refill;
  wanted = warm + messages;
  for (long i = 0; i < connections; i++) {
    for (long n = 0; n < window; n++) append(&units[i], 0);
    write_output(&units[i]);
  }
  while (acknowledged < warm) wait_and_receive(1000);
  long first = acknowledged;
  begin(&part);
  while (acknowledged < wanted)
    if (wait_and_receive(5000) == 0) die("no PUBACK");
  end(&part);
  print_part(&part, acknowledged - first);
}

static struct samples latency;
static long received;

static void note_latency(const uint8_t *payload) {
  uint64_t number, due_ns;
  memcpy(&number, payload, 8);
  memcpy(&due_ns, payload + 8, 8);
  if (number <= (uint64_t)warm) return;
  received++;
  add_sample(&latency, (now_ns() - due_ns) / 1e3);
}

/* Each message alone, on the connection whose turn it is, as soon as the timer finds it due. */
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
      struct unit *unit = &units[sent % connections];
      if (sent == warm) begin(&part);
      append(unit, due_ns);
      write_output(unit);
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
  double base_kb = rss_kb();
  uint64_t began_ns = now_ns();
  double cpu_began = cpu_ms();
  connect_all(parallel, 0);
  double wall_ms = (now_ns() - began_ns) / 1e6;
  printf("{\"connections\":%ld,\"cpuMs\":%.3f,\"wallMs\":%.3f,\"connectPerSec\":%.1f", connections,
         cpu_ms() - cpu_began, wall_ms, connections * 1e3 / wall_ms);
  uint64_t until_ns = now_ns() + (uint64_t)hold_ms * 1000000ull;
  while (now_ns() < until_ns) wait_and_receive(50);
  printf(",\"baseRssKb\":%.0f,\"rssKbPerConnection\":%.3f", base_kb,
         (rss_kb() - base_kb) / connections);
}

int main(int argc, char **argv) {
  const char *kind = word_arg(argc, argv, "kind", "");
  raise_file_limit();
  port = arg(argc, argv, "port", 1883);
  connections = arg(argc, argv, "connections", 100);
  payload_bytes = arg(argc, argv, "payload", 64);
  batch = arg(argc, argv, "batch", 1);
  window = arg(argc, argv, "window", 1);
  long messages = arg(argc, argv, "messages", 1000);
  warm = arg(argc, argv, "warm", 0);
  long parallel = arg(argc, argv, "parallel", 64);
  qos = strcmp(kind, "qos1") == 0;
  on_message = note_latency;
  units = calloc((size_t)connections, sizeof *units);
  poll_fd = epoll_create1(0);
  if (strcmp(kind, "idle") == 0) {
    run_idle(parallel, arg(argc, argv, "holdMs", 1000));
  } else {
    connect_all(parallel, strcmp(kind, "qos0") == 0 ? EPOLLOUT | EPOLLET : 0);
    build_frames();
    if (strcmp(kind, "e2e") == 0) {
      for (long i = 0; i < connections; i++) subscribe(&units[i], i);
      while (ready_count < 2 * connections) wait_and_receive(1000);
    }
    if (strcmp(kind, "qos0") == 0) run_qos0(messages);
    else if (strcmp(kind, "qos1") == 0) run_qos1(messages);
    else run_paced(arg(argc, argv, "rate", 1000), arg(argc, argv, "warmMs", 500),
                   arg(argc, argv, "seconds", 1), strcmp(kind, "e2e") == 0);
  }
  printf("}\n");
  return 0;
}
