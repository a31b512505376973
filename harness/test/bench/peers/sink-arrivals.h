/* When messages reach the sink, against an even pace. */
#ifndef SINK_ARRIVALS_H
#define SINK_ARRIVALS_H

#include "bench.h"

enum { LONGEST_SEC = 60 };

static double pace_per_sec;
static long pace_skip;
static uint64_t pace_began_ns;
static struct samples arrivals;

static void note_arrivals(double per_sec, long skip) {
  make_room(&arrivals, (size_t)(per_sec * LONGEST_SEC));
  pace_skip = skip;
  pace_began_ns = now_ns();
  pace_per_sec = per_sec;
}

static void note_arrival(void) {
  if (pace_per_sec > 0) add_sample(&arrivals, (now_ns() - pace_began_ns) / 1e3);
}

/* How far each arrival lies behind an even pace that touches the least delayed one. */
static void print_arrivals(void) {
  size_t first = (size_t)pace_skip < arrivals.count ? (size_t)pace_skip : arrivals.count;
  struct samples late;
  make_room(&late, arrivals.count - first + 1);
  double least = 1e18;
  for (size_t i = first; i < arrivals.count; i++) {
    double behind = arrivals.us[i] - (double)i * 1e6 / pace_per_sec;
    if (behind < least) least = behind;
  }
  for (size_t i = first; i < arrivals.count; i++)
    add_sample(&late, arrivals.us[i] - (double)i * 1e6 / pace_per_sec - least);
  printf("{\"arrivals\":%zu", late.count);
  print_quantiles("arrivalError", &late);
  printf("}\n");
  free(late.us);
  free(arrivals.us);
  pace_per_sec = 0;
}

#endif
