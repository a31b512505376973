"""paho-mqtt with an event loop of ours around it, many clients in one thread.

Arguments and kinds as in raw.c; it has no way to batch. Prints one line of JSON.
"""

import gc
import json
import resource
import select
import socket
import struct
import sys
import time

import paho.mqtt.client as paho

DRAIN_SEC = 0.5
MISC_SEC = 1.0
args = dict(word.split("=", 1) for word in sys.argv[1:])


def number(key, otherwise):
    return int(args.get(key, otherwise))


CONNECTIONS = number("connections", 100)
PORT = number("port", 1883)
WINDOW = number("window", 1)
QOS = 1 if args["kind"] == "qos1" else 0
FILLER = b"." * (number("payload", 64) - 16)


def cpu_ms():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def rss_kb():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 1024


def at(share, values):
    return values[min(len(values) - 1, int(share * len(values)))] * 1000


def quantiles(name, seconds):
    seconds.sort()
    if not seconds:
        return {}
    return {name + "P50Ms": round(at(0.5, seconds), 4), name + "P99Ms": round(at(0.99, seconds), 4)}


class Part:
    """The measured part: from here to `end`."""

    def __init__(self):
        self.cpu, self.wall = cpu_ms(), time.monotonic()

    def end(self, messages):
        wall = (time.monotonic() - self.wall) * 1000
        return {"messages": messages, "cpuMs": round(cpu_ms() - self.cpu, 3), "wallMs": round(wall, 3)}


class Fleet:
    def __init__(self):
        self.poll = select.epoll()
        self.units = []
        self.by_file = {}
        self.ready = 0
        self.sequence = 0
        self.acknowledged = 0
        self.wanted = 0
        self.warm = 0
        self.received = 0
        self.latency = []

    def open(self):
        index = len(self.units)
        client = paho.Client(client_id="paho-%d" % index, userdata=index)
        client.max_inflight_messages_set(WINDOW)
        client.on_connect = self.on_connect
        client.on_subscribe = self.on_ready
        if QOS > 0:
            client.on_publish = self.on_publish
        client.on_message = self.on_message
        client.connect("127.0.0.1", PORT, 60)
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.poll.register(client.socket().fileno(), select.EPOLLIN)
        self.by_file[client.socket().fileno()] = client
        self.units.append(client)

    def on_connect(self, client, _index, _flags, code):
        if code != 0:
            sys.exit("CONNACK %d" % code)
        self.ready += 1

    def on_ready(self, *_):
        self.ready += 1

    def on_publish(self, client, index, _mid):
        self.acknowledged += 1
        if self.acknowledged < self.wanted:
            self.publish(client, index, 0)

    def on_message(self, _client, _index, message):
        sequence, due = struct.unpack_from("<Qd", message.payload)
        if sequence <= self.warm:
            return
        self.received += 1
        self.latency.append(time.monotonic() - due)

    def publish(self, client, index, stamp):
        self.sequence += 1
        payload = struct.pack("<Qd", self.sequence, stamp) + FILLER
        client.publish("bench/%d" % index, payload, QOS)

    def wait_and_receive(self, seconds):
        events = self.poll.poll(seconds)
        for file, _ in events:
            client = self.by_file[file]
            if client.loop_read() != paho.MQTT_ERR_SUCCESS:
                sys.exit("the target closed a connection")
            while client.want_write():
                if client.loop_write() != paho.MQTT_ERR_SUCCESS:
                    sys.exit("could not write")
        return len(events)

    def connect_all(self, parallel):
        while self.ready < CONNECTIONS:
            while len(self.units) < CONNECTIONS and len(self.units) - self.ready < parallel:
                self.open()
            if self.wait_and_receive(10) == 0:
                sys.exit("no CONNACK")


def run_qos0(fleet, messages, warm, batch):
    sent, first, part = 0, 0, None
    while sent < warm + messages:
        if part is None and sent >= warm:
            part, first = Part(), sent
        progressed = False
        for index, client in enumerate(fleet.units):
            if client.want_write():
                client.loop_write()
                if client.want_write():
                    continue
            for _ in range(batch):
                fleet.publish(client, index, 0)
            sent += batch
            progressed = True
        if not progressed:
            fleet.wait_and_receive(0.001)
    return part.end(sent - first)


def run_qos1(fleet, messages, warm):
    fleet.wanted = warm + messages
    for index, client in enumerate(fleet.units):
        for _ in range(WINDOW):
            fleet.publish(client, index, 0)
    while fleet.acknowledged < warm:
        fleet.wait_and_receive(1)
    first, part = fleet.acknowledged, Part()
    while fleet.acknowledged < fleet.wanted:
        if fleet.wait_and_receive(5) == 0:
            sys.exit("no PUBACK")
    return part.end(fleet.acknowledged - first)


def run_paced(fleet, rate, warm_ms, seconds, listens):
    count, warm = rate * seconds, rate * warm_ms // 1000
    total, sent, errors = warm + count, 0, []
    fleet.warm = warm
    began = time.monotonic()
    # Python's epoll rounds up to whole milliseconds: this is its 1 ms timer.
    while sent < total:
        fleet.wait_and_receive(0.001)
        while sent < total:
            due = began + sent / rate
            if due > time.monotonic():
                break
            if sent == warm:
                part = Part()
            index = sent % CONNECTIONS
            fleet.publish(fleet.units[index], index, due)
            if sent >= warm:
                errors.append(time.monotonic() - due)
            sent += 1
    facts = part.end(count)
    until = time.monotonic() + DRAIN_SEC
    while listens and fleet.received < count and time.monotonic() < until:
        fleet.wait_and_receive(0.01)
    if listens:
        facts["received"] = fleet.received
    return {**facts, **quantiles("sendError", errors), **quantiles("latency", fleet.latency)}


def run_idle(fleet, parallel, hold_ms):
    gc.collect()
    base, cpu, began = rss_kb(), cpu_ms(), time.monotonic()
    fleet.connect_all(parallel)
    wall = (time.monotonic() - began) * 1000
    facts = {"cpuMs": round(cpu_ms() - cpu, 3), "wallMs": round(wall, 3)}
    until = time.monotonic() + hold_ms / 1000
    looked = time.monotonic()
    while time.monotonic() < until:
        fleet.wait_and_receive(0.05)
        if time.monotonic() - looked > MISC_SEC:
            looked = time.monotonic()
            for client in fleet.units:
                client.loop_misc()
    gc.collect()
    return {
        **facts,
        "connections": CONNECTIONS,
        "connectPerSec": round(CONNECTIONS * 1000 / wall, 1),
        "baseRssKb": round(base),
        "rssKbPerConnection": round((rss_kb() - base) / CONNECTIONS, 3),
    }


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    fleet = Fleet()
    kind, parallel = args["kind"], number("parallel", 64)
    if kind == "idle":
        return run_idle(fleet, parallel, number("holdMs", 1000))
    fleet.connect_all(parallel)
    if kind == "e2e":
        for index, client in enumerate(fleet.units):
            client.subscribe("bench/%d" % (index ^ 1), 0)
        while fleet.ready < 2 * CONNECTIONS:
            fleet.wait_and_receive(1)
    messages, warm = number("messages", 1000), number("warm", 0)
    if kind == "qos0":
        return run_qos0(fleet, messages, warm, number("batch", 1))
    if kind == "qos1":
        return run_qos1(fleet, messages, warm)
    rate, warm_ms, seconds = number("rate", 1000), number("warmMs", 500), number("seconds", 1)
    return run_paced(fleet, rate, warm_ms, seconds, kind == "e2e")


print(json.dumps(main()))
