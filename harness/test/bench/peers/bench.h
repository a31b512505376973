/*
 * What the C programs of the bench share: arguments, clock, CPU, sockets, MQTT frames, percentiles
 * and the one line of JSON each prints. Errors end the program: a round that broke is no figure.
 */
#ifndef BENCH_H
#define BENCH_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT = 1, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK,
       PINGREQ = 12, PINGRESP = 13 };
enum { MAX_FRAME = 2048, EVENTS = 512 };

__attribute__((unused, noreturn)) static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, errno != 0 ? strerror(errno) : "failed");
  exit(1);
}

/* Arguments are key=value. */
__attribute__((unused)) static const char *word_arg(int argc, char **argv, const char *key,
                                                    const char *otherwise) {
  size_t length = strlen(key);
  for (int i = 1; i < argc; i++)
    if (strncmp(argv[i], key, length) == 0 && argv[i][length] == '=') return argv[i] + length + 1;
  return otherwise;
}

__attribute__((unused)) static long arg(int argc, char **argv, const char *key, long otherwise) {
  const char *word = word_arg(argc, argv, key, NULL);
  return word == NULL ? otherwise : atol(word);
}

__attribute__((unused)) static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* User and system time of this process. */
__attribute__((unused)) static double cpu_ms(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

__attribute__((unused)) static double rss_kb(void) {
  long total = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2) die("/proc/self/statm");
  fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024.0);
}

/* As many sockets as the hard limit allows. */
__attribute__((unused)) static void raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

__attribute__((unused)) static void prepare_socket(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

__attribute__((unused)) static int connect_to(long port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) die("connect");
  prepare_socket(fd);
  return fd;
}

__attribute__((unused)) static void watch(int poll, int fd, uint32_t events, uint32_t index) {
  struct epoll_event event = {.events = events, .data.u32 = index};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

/* A timer that wakes an epoll every `us` microseconds. */
__attribute__((unused)) static int open_timer(long us) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec every = {{0, us * 1000}, {0, us * 1000}};
  if (fd < 0 || timerfd_settime(fd, 0, &every, NULL) != 0) die("timerfd");
  return fd;
}

__attribute__((unused)) static size_t put_text(uint8_t *to, const char *text) {
  size_t length = strlen(text);
  to[0] = (uint8_t)(length >> 8);
  to[1] = (uint8_t)length;
  memcpy(to + 2, text, length);
  return length + 2;
}

/* Puts first byte and length before `body`; gives the size of the whole packet. */
__attribute__((unused)) static size_t put_packet(uint8_t *to, uint8_t first, const uint8_t *body,
                                                 size_t length) {
  size_t at = 1, rest = length;
  to[0] = first;
  do {
    to[at++] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  memcpy(to + at, body, length);
  return at + length;
}

/*
 * Size of the packet that begins at `bytes`, 0 when more must be read to know or to have it whole.
 * `body` becomes where its variable header starts.
 */
__attribute__((unused)) static size_t whole_packet(const uint8_t *bytes, size_t length,
                                                   size_t *body) {
  size_t remaining = 0, at = 1;
  for (int shift = 0;; shift += 7) {
    if (at >= length || shift > 21) return 0;
    remaining |= (size_t)(bytes[at] & 0x7f) << shift;
    if ((bytes[at++] & 0x80) == 0) break;
  }
  *body = at;
  return at + remaining <= length ? at + remaining : 0;
}

/* Durations, microseconds; room for all is taken beforehand. */
struct samples {
  double *us;
  size_t count, room;
};

__attribute__((unused)) static void make_room(struct samples *samples, size_t room) {
  samples->us = malloc(room * sizeof *samples->us);
  samples->count = 0;
  samples->room = room;
}

__attribute__((unused)) static void add_sample(struct samples *samples, double us) {
  if (samples->count < samples->room) samples->us[samples->count++] = us;
}

__attribute__((unused)) static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts, so that `quantile_ms` may be asked. */
__attribute__((unused)) static void sort_samples(struct samples *samples) {
  qsort(samples->us, samples->count, sizeof *samples->us, by_size);
}

__attribute__((unused)) static double quantile_ms(const struct samples *samples, double share) {
  if (samples->count == 0) return 0;
  size_t at = (size_t)(share * (double)samples->count);
  return samples->us[at < samples->count ? at : samples->count - 1] / 1e3;
}

__attribute__((unused)) static void print_quantiles(const char *name, struct samples *samples) {
  if (samples->count == 0) return;
  sort_samples(samples);
  printf(",\"%sP50Ms\":%.4f,\"%sP99Ms\":%.4f", name, quantile_ms(samples, 0.5), name,
         quantile_ms(samples, 0.99));
}

/* The measured part: from `begin` to `end`, after warming up. */
struct part {
  double cpu_began, cpu_ms, wall_ms;
  uint64_t began_ns;
};

__attribute__((unused)) static void begin(struct part *part) {
  part->cpu_began = cpu_ms();
  part->began_ns = now_ns();
}

__attribute__((unused)) static void end(struct part *part) {
  part->cpu_ms = cpu_ms() - part->cpu_began;
  part->wall_ms = (now_ns() - part->began_ns) / 1e6;
}

#endif
