"""Random scripts have equal results however the simulator works (block `simulation`): unlike links and credits, faults, links that
go down, servers that are stuck, traffic in all directions at once.

Environment: that of replay.py, and SEEDS, the seeds of the scripts, as first-last (of BRIEF runs the first four). A script whose
results differ stays in FOLDER.
"""
import json
import os
import random
import unittest

import replay

FIRST, LAST = map(int, os.environ["SEEDS"].split("-"))
COUNT = min(LAST + 1 - FIRST, 4) if replay.BRIEF else LAST + 1 - FIRST
PAYLOADS = [128, 256, 512]
KERNEL, STEP_BY_STEP = ("--set", "simulation.timers=kernel"), ("--set", "simulation.look_ahead=off")
VARIANTS = {"timers kernel": KERNEL, "look_ahead off": STEP_BY_STEP, "both": KERNEL + STEP_BY_STEP}
END = ("--until", "500 ms")


class Script:
    """A random scenario as what a YAML file of it says. `disturb` adds what needs to know when its traffic starts."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        # Some scripts have links of all kinds, some of one kind all over.
        self.generations = self.one([[1, 2, 3, 4, 5], [1, 2], [2]])
        self.widths = self.one([[1, 4, 8, 16], [8], [16]])
        self.latencies = self.one([["0 s", "333 ps", "61 ns", "333 ns", "3333333 fs", "10 us"], ["61 ns", "500 ns", "10 us"]])
        self.faulty = self.one([0, 0.2])
        self.payload = self.one(PAYLOADS)  # of the master, and so of the card: no slave takes less
        slaves = [f"server{number}" for number in range(2, 2 + self.random.randint(1, 5))]
        masters = ["server1", *slaves]
        vfs = {slave: (2 * index, 2 * index + 1) for index, slave in enumerate(slaves)}
        self.script = {
            "version": 1, "name": f"test/random-{seed}", "seed": seed,
            "topology": {
                "watchdog": "20 ms",
                "servers": {name: self.server(master=name == "server1") for name in [*masters, "peer"]},
                "devices": {"nic0": {"model": "intel-82599", "link": self.link(), **self.maybe("tags", [1, 2, 8, 32])},
                            "nic1": {"model": "intel-82599", "attach": "peer"}},
                "switch": {"upstream": masters, "downstream": ["nic0"], "master": "server1", **self.switch()},
                "cables": [["nic0", "nic1"]],
            },
            "timeline": [{"power_on": ["server1", "peer"]},
                         *({"assign": {"device": "nic0", "vfs": f"{low}-{high}", "to": slave}}
                           for slave, (low, high) in vfs.items()),
                         {"power_on": slaves},
                         {"parallel": [self.traffic(f"t{number}", masters) for number in range(self.random.randint(2, 6))]}],
        }

    def one(self, choices):
        return self.random.choice(choices)

    def maybe(self, key, choices, probability=0.5):
        return {key: self.one(choices)} if self.random.random() < probability else {}

    def link(self):
        link = {**self.maybe("generation", self.generations, 0.8), **self.maybe("width", self.widths, 0.8),
                **self.maybe("latency", self.latencies), **self.maybe("bit_error_rate", ["1e-6", "1e-5", "1e-4"], self.faulty),
                **self.maybe("credits", [self.credits()], 0.3)}
        return link

    def credits(self):
        return {"posted": {"headers": self.random.randint(1, 8), "data": self.random.randint(32, 64)},
                "non_posted": {"headers": self.random.randint(1, 4), "data": self.random.randint(1, 8)}}

    def server(self, master):
        payload = self.payload if master else self.one([size for size in PAYLOADS if size >= self.payload])
        server = {"link": self.link(), "max_payload": f"{payload} B",
                  **self.maybe("read_completion_boundary", ["64 B", "128 B"]),
                  **self.maybe("memory_latency", ["0 s", "100 ns", "1 us"]), **self.maybe("iommu", ["on"], 0.2)}
        return server

    def disturb(self, start):
        """Links go down and servers get stuck around `start`, in microseconds, when there is traffic."""
        topology = self.script["topology"]
        for part in [*topology["servers"].values(), topology["devices"]["nic0"]]:
            if self.random.random() < self.faulty:
                part["link"]["down"] = [{"at": self.soon_after(start), "for": self.one(["1 us", "20 us", "300 us"])}]
        for server in topology["servers"].values():
            if self.random.random() < 0.2:
                server["hold_credits"] = [{"at": self.soon_after(start), "for": self.one(["10 us", "300 us"])}]

    def soon_after(self, start):
        return f"{start + self.random.randint(-50, 1500)} us"

    def switch(self):
        return {"profile": self.one(["asic", "fpga-prototype"]), "switching": self.one(["store_and_forward", "cut_through"]),
                "arbiter": self.one(["round_robin", "weighted", "age", "strict_priority", "byte_fair"]),
                "tagging": self.one(["reserved_bits", "local_prefix"]),
                "return_route": self.one(["completer_id", "scoreboard"]),
                "interrupts": self.one(["direct", "translate"]), "ari": "on",
                **self.maybe("upstream_credits", [self.credits()], 0.3), **self.maybe("downstream_credits", [self.credits()], 0.3)}

    def traffic(self, name, masters):
        pooled = self.one(masters)
        ends = [f"{pooled}.{'pf' if pooled == 'server1' else self.one(['vf0', 'vf1'])}", "peer.pf"]
        self.random.shuffle(ends)
        if self.random.random() < 0.3:  # threads that go on at the same moments
            return {"ping": {"name": name, "from": ends[0], "to": ends[1], "count": self.random.randint(2, 20), "interval": "50 us"}}
        protocol = self.one([{}, {}, {"protocol": "udp", "rate": self.one(["500 Mb/s", "4 Gb/s"])}])
        duration = f"{self.random.randint(300, 2000)} us"
        return {"iperf": {"name": name, "client": ends[0], "server": ends[1], **protocol, "duration": duration}}


def results(seed):
    """The script, the run with defaults and those of the variants."""
    made = Script(seed)
    path = replay.FOLDER / f"random-{seed}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    def run(variant, options=()):
        path.write_text(json.dumps(made.script, indent=1) + "\n", encoding="utf-8")
        return replay.run(path, f"random-{seed}-{variant.replace(' ', '-')}", *END, *options, accepted=(0, 1, 3))

    starts = [value for name, value in run("undisturbed").metrics.items() if name.endswith(".start")]
    made.disturb(round(1e6 * min(starts, default=0.2)))
    return path, run("defaults"), {name: run(name, options) for name, options in VARIANTS.items()}


def total(run, *endings):
    return sum(value for name, value in run.metrics.items() if name.endswith(endings) and value is not None)


class RandomSettings(unittest.TestCase):
    def test_results_are_those_of_the_defaults(self):
        seen = dict.fromkeys(["TLPs", "scripts with traffic", "links down", "replays", "Naks", "ended by the watchdog"], 0)
        for seed in range(FIRST, FIRST + COUNT):
            script, expected, variants = results(seed)
            differences = [f"{name}: {part}" for name, run in variants.items()
                           for part in ("event_hash", "metrics", "simulated_time", "violation")
                           if run.result[part] != expected.result[part]]
            with self.subTest(script=script):
                self.assertEqual(differences, [])
            if not differences:
                script.unlink()
            seen["TLPs"] += total(expected, "links.tlps")
            seen["scripts with traffic"] += total(expected, ".bytes", ".received") > 0
            seen["links down"] += total(expected, ".link_downs")
            seen["replays"] += total(expected, "_replayed_tlps")
            seen["Naks"] += total(expected, "_naks")
            seen["ended by the watchdog"] += bool(expected.result["violation"])
        print(f"{COUNT} scripts:", ", ".join(f"{what} {count}" for what, count in seen.items()))
        self.assertGreater(seen["scripts with traffic"], 0.7 * COUNT)
        self.assertGreater(seen["replays"], COUNT)
        self.assertGreater(seen["Naks"], COUNT)
        if COUNT > 10:
            self.assertGreater(seen["links down"], COUNT / 10)


if __name__ == "__main__":
    unittest.main()
