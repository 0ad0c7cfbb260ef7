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
VARIANTS = {"timers kernel": ("--set", "simulation.timers=kernel"), "look_ahead off": ("--set", "simulation.look_ahead=off")}


class Script:
    """A random scenario as what a YAML file of it says."""

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
        if self.random.random() < self.faulty / 2:
            link["down"] = [{"at": f"{self.random.randint(20_000, 200_000)} us", "for": self.one(["1 us", "20 us", "1500 us"])}]
        return link

    def credits(self):
        return {"posted": {"headers": self.random.randint(1, 8), "data": self.random.randint(32, 64)},
                "non_posted": {"headers": self.random.randint(1, 4), "data": self.random.randint(1, 8)}}

    def server(self, master):
        payload = self.payload if master else self.one([size for size in PAYLOADS if size >= self.payload])
        server = {"link": self.link(), "max_payload": f"{payload} B",
                  **self.maybe("read_completion_boundary", ["64 B", "128 B"]),
                  **self.maybe("memory_latency", ["0 s", "100 ns", "1 us"]), **self.maybe("iommu", ["on"], 0.2)}
        if self.random.random() < 0.1:
            server["hold_credits"] = [{"at": f"{self.random.randint(20_000, 200_000)} us", "for": self.one(["10 us", "300 us"])}]
        return server

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
        protocol = self.one([{}, {}, {"protocol": "udp", "rate": self.one(["500 Mb/s", "4 Gb/s"])}])
        duration = f"{self.random.randint(300, 2000)} us"
        return {"iperf": {"name": name, "client": ends[0], "server": ends[1], **protocol, "duration": duration}}


def results(seed):
    """Of each variant, and the script."""
    script = replay.FOLDER / f"random-{seed}.yaml"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(json.dumps(Script(seed).script, indent=1) + "\n", encoding="utf-8")
    runs = {name: replay.run(script, f"random-{seed}-{name.split()[0]}", "--until", "500 ms", *options, accepted=(0, 1, 3))
            for name, options in {"defaults": (), **VARIANTS}.items()}
    return script, {name: run.result for name, run in runs.items()}


class RandomSettings(unittest.TestCase):
    def test_results_are_those_of_the_defaults(self):
        tlps = violated = 0
        for seed in range(FIRST, FIRST + COUNT):
            script, of = results(seed)
            expected = of["defaults"]
            differences = [f"{name}: {part}" for name in VARIANTS
                           for part in ("event_hash", "metrics", "simulated_time", "violation")
                           if of[name][part] != expected[part]]
            with self.subTest(script=script):
                self.assertEqual(differences, [])
            if not differences:
                script.unlink()
            tlps += next(metric["value"] for metric in expected["metrics"] if metric["name"] == "links.tlps")
            violated += bool(expected["violation"])
        print(f"{COUNT} scripts, {tlps} TLPs on links, {violated} ended by the watchdog")
        self.assertGreater(tlps, 1000 * COUNT)


if __name__ == "__main__":
    unittest.main()
