"""What a damaged link does: metrics of the link move with their cause and with nothing else, AER shows what the ports saw,
and software notices only what the link layer cannot repair.

Environment: that of replay.py, and SCRIPT, link_faults.yaml.
"""
import os
import subprocess
import unittest

import replay

SCRIPT = os.environ["SCRIPT"]
LINK = "topology.servers.server1.link"
REPAIRED = ("discarded", "replayed_tlps", "naks", "replay_timeouts", "retrains")


def run(out, link):
    return replay.run(SCRIPT, out, "--lspci", *(("--set", f"{LINK}={link}") if link else ()))


def of_link(run_, server="server1"):
    """Metrics of the link of a server: quantity -> value, directions apart."""
    prefix = f"server.{server}.link_"
    return {name.removeprefix(prefix): value for name, value in run_.metrics.items() if name.startswith(prefix)}


def functions(run_, server):
    """Functions as lspci shows them: address -> text."""
    shown = subprocess.run(["lspci", "-F", run_.folder / "lspci" / f"{server}.txt", "-vvv"], capture_output=True,
                           text=True, check=True).stdout
    return {text.split(" ", 1)[0]: text for text in shown.split("\n\n") if text}


def line(text, name):
    return next(row for row in text.splitlines() if row.strip().startswith(name))


class LinkFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.intact = run("intact", "")

    def test_intact_link_repairs_nothing(self):
        for server in ("server1", "server2"):
            link = of_link(self.intact, server)
            for direction in ("down", "up"):
                self.assertGreater(link[f"{direction}_tlps"], 0)
                self.assertGreaterEqual(link[f"{direction}_bytes"], 20 * link[f"{direction}_tlps"])
                self.assertEqual([link[f"{direction}_{name}"] for name in REPAIRED], [0] * len(REPAIRED))
            self.assertEqual(link["downs"], 0)
        total = sum(value for name, value in self.intact.metrics.items()
                    if name.endswith(("link_down_tlps", "link_up_tlps")))
        self.assertEqual(total, self.intact.metrics["links.tlps"])

    def test_utilisation_is_bytes_of_the_capacity(self):
        link = of_link(self.intact)
        seconds = self.intact.result["simulated_time"]["seconds"]
        for direction in ("down", "up"):  # 5 GT/s, 8 lanes, 8b/10b
            self.assertAlmostEqual(link[f"{direction}_utilisation"],
                                   100 * link[f"{direction}_bytes"] / (4e9 * seconds), 6)

    def test_bit_errors_are_repaired_below_software(self):
        errors = run("bit-errors", "{bit_error_rate: 1e-6}")
        link = of_link(errors)
        for direction in ("down", "up"):
            self.assertGreater(link[f"{direction}_discarded"], 0)
            self.assertGreater(link[f"{direction}_replayed_tlps"], 0)
            self.assertGreater(link[f"{direction}_naks"], 0)
        self.assertEqual([of_link(errors, "server2")[f"up_{name}"] for name in REPAIRED], [0] * len(REPAIRED))
        self.assertEqual(errors.metrics["ping.across.loss"], 0)
        self.assertEqual(errors.metrics["iperf.load.wrong_bytes"], 0)
        self.assertEqual(errors.metrics["iperf.load.retransmissions"], 0)
        more = of_link(run("more-bit-errors", "{bit_error_rate: 1e-5}"))
        self.assertGreater(more["up_replayed_tlps"], 3 * link["up_replayed_tlps"])

    def test_both_ends_note_errors_in_their_registers(self):
        shown = functions(run("registers", "{bit_error_rate: 1e-6}"), "server1")
        for function in ("00:01.0", "01:00.0"):  # root port and card
            self.assertIn("BadTLP+", line(shown[function], "CESta:"))
            self.assertIn("CorrErr+", line(shown[function], "DevSta:"))
            self.assertNotIn("+", line(shown[function], "UESta:"))

    def test_one_dropped_tlp_is_one_nak_and_one_dropped_ack_nothing(self):
        link = of_link(run("dropped-tlp", "{faults: [{direction: up, packet: tlp, number: 3000, effect: drop}]}"))
        self.assertEqual(link["up_naks"] + link["up_replay_timeouts"], 1)
        self.assertGreaterEqual(link["up_replayed_tlps"], 1)
        self.assertEqual(link["down_discarded"], 0)
        link = of_link(run("dropped-dllp", "{faults: [{direction: down, packet: dllp, number: 5000, effect: drop}]}"))
        self.assertEqual(link["down_discarded"], 1)
        self.assertEqual(link["up_naks"], 0)

    def test_small_receive_buffer_stalls_its_class_alone(self):
        small = run("small-buffer", "{credits: {posted: {headers: 1, data: 256 B}}}")
        before = of_link(self.intact)
        stalls = {name for name, value in of_link(small).items() if name.endswith("_stall") and value != before[name]}
        self.assertTrue(stalls)
        self.assertLessEqual(stalls, {"up_posted_header_stall", "up_posted_data_stall"})
        self.assertLess(small.metrics["iperf.load.goodput"], self.intact.metrics["iperf.load.goodput"])

    def test_cut_through_switch_nullifies_what_came_in_bad(self):
        errors = ("--set", "topology.devices.nic0.link={bit_error_rate: 1e-5}", "--until", "290 ms")
        cut, stored = (replay.run("paper/fig10-pooled-client", switching, *errors, "--set",
                                  f"topology.switch.switching={switching}", accepted=(0, 1)).metrics
                       for switching in ("cut_through", "store_and_forward"))
        # what the device sends is damaged on its way to the switch, which has begun to send it to a server then
        nullified = cut["server.server2.link_up_nullified_tlps"]
        self.assertGreater(nullified, 0)
        self.assertLessEqual(nullified, cut["device.nic0.link_up_discarded"])
        self.assertEqual({value for name, value in stored.items() if name.endswith("_nullified_tlps")}, {0})

    def test_link_that_goes_down_resets_the_card_behind_it(self):
        down = run("down", "{down: [{at: 60 ms, for: 100 us}]}")
        self.assertEqual(of_link(down)["downs"], 1)
        self.assertGreater(down.metrics["ping.across.loss"], 0)
        self.assertLess(down.metrics["ping.across.loss"], 100)
        root_port = functions(down, "server1")["00:01.0"]
        self.assertIn("SDES+", line(root_port, "UESta:"))
        self.assertIn("LinkState+", line(root_port, "Changed:"))
        self.assertIn("Adapter removed", (down.folder / "log" / "server1.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
