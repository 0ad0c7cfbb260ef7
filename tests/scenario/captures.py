"""Wireshark's tshark judges captures of every scenario: the first 50 ms of its first traffic and 50 ms of its last.

Environment: that of replay.py, and SCRIPTS, the folder of the scripts.
"""
import os
import pathlib
import unittest

import replay

SCRIPTS = pathlib.Path(os.environ["SCRIPTS"])
TRAFFIC = ("iperf", "ping", "copy")
WINDOW_MS = 5 if replay.BRIEF else 50
# Where in an iperf the steady window begins: slow start is over.
STEADY_MS = 20
DEFECTS = ["_ws.malformed", "ip.checksum.status == 0", "tcp.checksum.status == 0", "udp.checksum.status == 0",
           "icmp.checksum.status == 0", *(f"tcp.analysis.{name}" for name in (
               "retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "lost_segment",
               "duplicate_ack", "zero_window"))]


def starts(run):
    """When the traffic of each step began, in milliseconds, in order."""
    return sorted((value * 1000, name.split(".")[0]) for name, value in run.metrics.items()
                  if name.split(".")[0] in TRAFFIC and name.endswith(".start"))


class Captures(unittest.TestCase):
    def judge(self, name, begin, label):
        window = f"{begin:.6f} ms:{begin + WINDOW_MS:.6f} ms"
        run = replay.run(name, f"{label}/{name}", "--pcap", "--window", window, "--until", f"{begin + WINDOW_MS:.6f} ms",
                         accepted=(0, 1))
        captures = sorted((run.folder / "pcap").iterdir())
        self.assertTrue(captures, name)
        for capture in captures:
            self.assertGreater(replay.count_packets(capture), 0, f"{capture} is empty")
            bad = replay.packets(capture, " or ".join(DEFECTS), ["frame.number", "frame.time_epoch", "_ws.col.Info"])
            self.assertEqual(bad[:5], [], f"{capture}: {len(bad)} packets with a defect")

    def test_no_packet_of_any_scenario_has_a_defect(self):
        judged = 0
        for script in sorted(SCRIPTS.rglob("*.yaml")):
            name = script.relative_to(SCRIPTS).with_suffix("").as_posix()
            brief = ["--until", "400 ms"] if replay.BRIEF else []
            begins = starts(replay.run(name, f"whole/{name}", *brief, accepted=(0, 1)))
            if not begins:
                continue
            with self.subTest(name):
                self.judge(name, begins[0][0], "first")
                last, kind = begins[-1]
                self.judge(name, last + (STEADY_MS if kind == "iperf" else 0), "steady")
                judged += 1
        self.assertGreater(judged, 0)


class Judge(unittest.TestCase):
    """What the filter must find, in a capture with a byte changed."""

    def test_a_changed_payload_byte_is_found(self):
        begin = starts(replay.run("paper/fig7-ping-copy", "judge/whole"))[-1][0]
        run = replay.run("paper/fig7-ping-copy", "judge/copy", "--pcap", "--window", f"{begin:.6f} ms:{begin + 5:.6f} ms")
        capture = sorted((run.folder / "pcap").iterdir())[0]
        whole = bytearray(capture.read_bytes())
        whole[len(whole) // 2] ^= 0x01
        capture.write_bytes(whole)
        self.assertTrue(replay.packets(capture, " or ".join(DEFECTS)))


if __name__ == "__main__":
    unittest.main()
