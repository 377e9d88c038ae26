"""python3 -m unittest discover -s benchmarks -t benchmarks"""
import fcntl
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
from unittest import mock
import xml.etree.ElementTree as ElementTree

from bench import goals, memory, plot, profile, report
from bench.main import idle_slope, parse
from bench.measure import Cores, Failure, Running
from bench.results import Results
from bench.scenarios import SCENARIOS
from bench.servers import Server
from bench.turn import Turn

RUN = {"date": "2026-01-02 03:04 UTC", "command": "scripts/bench", "cpu": "a CPU, 2 cores", "kernel": "Linux 6", "java": "25",
       "node": "v20", "gcc": "12", "openssl": "3", "versions": {"floor": "", "duplex": "1.0", "netty": "4.2"}}


def lines(scenario, server, *costs, steady=True):
    warm = {"scenario": scenario, "server": server, "repetition": 0, "cpu_us": 99, "steady": steady}
    return [warm] + [{"scenario": scenario, "server": server, "repetition": number, "cpu_us": cost, "steady": False}
                     for number, cost in enumerate(costs, 1)]


def idle(server, *slopes):
    return [{"scenario": "F", "server": server, "repetition": number, "rss_slope": rss, "heap_slope": heap}
            for number, (rss, heap) in enumerate(slopes, 1)]


class ResultsTest(unittest.TestCase):
    def test_the_warm_up_does_not_count(self):
        results = Results([{"run": RUN}, *lines("A", "duplex", 3, 1, 2)])
        self.assertEqual(results.median("A", "duplex"), 2)
        self.assertEqual(results.spread("A", "duplex"), 0.5)

    def test_a_ratio_is_taken_within_a_repetition(self):
        # The second one was disturbed. The ratio of the medians would be 16 / 10.
        results = Results([{"run": RUN}, *lines("A", "floor", 10, 50, 8), *lines("A", "duplex", 10, 150, 16)])
        self.assertEqual(results.ratio("A", "duplex", "floor"), 2)

    def test_a_scenario_that_is_measured_again_replaces_all_of_its_figures(self):
        later = {**RUN, "date": "later"}
        results = Results([{"run": RUN}, *lines("A", "netty", 7), *lines("A", "duplex", 1), *lines("B", "duplex", 5),
                           {"run": later}, *lines("A", "duplex", 2)])
        self.assertEqual(results.median("A", "duplex"), 2)
        self.assertIsNone(results.median("A", "netty"))
        self.assertEqual(results.median("B", "duplex"), 5)
        self.assertEqual([run["date"] for run in results.runs], [RUN["date"], "later"])

    def test_a_run_of_which_nothing_is_left_is_not_named(self):
        results = Results([{"run": RUN}, *lines("A", "duplex", 1), {"run": {**RUN, "date": "later"}}, *lines("A", "duplex", 2)])
        self.assertEqual([run["date"] for run in results.runs], ["later"])

    def test_who_fails_once_has_no_figure(self):
        failure = {"scenario": "A", "server": "netty", "repetition": 0, "failure": "gone"}
        results = Results([{"run": RUN}, *lines("A", "netty", 3), failure])
        self.assertIsNone(results.median("A", "netty"))
        self.assertIn("Netty websocketx in A: gone", report.failures(results))

    def test_a_warm_up_that_never_became_steady_is_told(self):
        results = Results([{"run": RUN}, *lines("A", "netty", 3, steady=False), *lines("A", "duplex", 3)])
        self.assertIn("A, measured, but not steady within the longest warm-up: Netty websocketx\n", report.failures(results))
        self.assertNotIn("Duplex", report.failures(results))


class ReportTest(unittest.TestCase):
    def test_numbers_have_three_digits(self):
        numbers = [0.0631, 0.4, 3.256, 9.996, 11.04, 123.4, 1240.4, 17_345.0]
        self.assertEqual([report.number(each) for each in numbers],
                         ["0.063", "0.40", "3.26", "10.0", "11.0", "123", "1,240", "17,300"])

    def test_what_is_spent_in_user_space_stands_in_a_table_where_it_was_measured(self):
        told = [{**line, "user_us": line["cpu_us"] / 4} for line in lines("A", "duplex", 3, 3.2, 3.6)]
        results = Results([{"run": RUN}, *told, *lines("B", "duplex", 5)])
        self.assertEqual(report.user(results), "| server | A |\n|---|---|\n| Duplex | 0.80 |\n")

    def test_costs_and_ratios_stand_in_tables(self):
        results = Results([{"run": RUN}, *lines("A", "floor", 3, 3, 3), *lines("A", "duplex", 3, 3.3, 3.6),
                           *lines("G", "duplex", 12), *lines("G", "netty", 18)])
        self.assertEqual(report.costs(results),
                         "| server | A | G |\n|---|---|---|\n| floor in C | 3.00 ±0% |  |\n| Duplex | 3.30 ±9% | 12.0 |\n"
                         "| Netty websocketx |  | 18.0 |\n")
        self.assertEqual(report.ratios(results, "floor"), "| server | A |\n|---|---|\n| floor in C | 1.00 |\n| Duplex | 1.10 |\n")
        self.assertIn("| Netty websocketx |  | 1.50 |", report.ratios(results, "duplex"))

    def test_counts_stand_in_tables_of_their_own(self):
        counted = [{"scenario": "A", "server": "duplex", "repetition": 0, "calls": 2.01, "heap_allocated": 0.0},
                   {"scenario": "A", "server": "floor", "repetition": 0, "calls": 2.5, "heap_allocated": None}]
        results = Results([{"run": RUN}, *lines("A", "duplex", 4), *lines("A", "floor", 3), *counted])
        self.assertEqual(report.counts(results, "calls"), "| server | A |\n|---|---|\n| floor in C | 2.50 |\n| Duplex | 2.01 |\n")
        self.assertEqual(report.counts(results, "heap_allocated"), "| server | A |\n|---|---|\n| Duplex | 0 |\n")
        self.assertEqual(results.median("A", "duplex"), 4)

    def test_memory_stands_in_its_table_with_heap_where_there_is_one(self):
        results = Results([{"run": RUN}, *idle("duplex", (2000, 1000), (2200, 1000), (2100, 1000)), *idle("ws", (5800, None))])
        self.assertEqual(report.memory(results),
                         "| server | resident | live heap | outside the heap |\n|---|---|---|---|\n"
                         "| Duplex | 2,100 ±5% | 1,000 ±0% | – |\n| ws (Node) | 5,800 | – | – |\n")

    def test_everything_is_written(self):
        with tempfile.TemporaryDirectory() as out:
            measured = [{"run": RUN}, *lines("A", "floor", 3), *lines("A", "duplex", 4), *idle("duplex", (2000, 1000))]
            pathlib.Path(out, "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in measured))
            report.write(out)
            page = pathlib.Path(out, "report.md").read_text()
            self.assertIn("| Duplex | 1.33 |", page)
            self.assertIn("| 2026-01-02 03:04 UTC | Duplex 1.0: `scripts/bench` |", page)
            ElementTree.parse(pathlib.Path(out, "plot.svg"))


class GoalsTest(unittest.TestCase):
    def test_uwebsockets_is_reached_by_way_of_the_floor(self):
        # uWebSockets was at 3.3 beside a floor of 3.25.
        results = Results([{"run": RUN}, *lines("A", "floor", 10), *lines("A", "duplex", 12), *lines("A", "duplex-io_uring", 9)])
        best, epoll = goals.goals(results)[:2]
        self.assertAlmostEqual(best.found, 0.9 * 3.25 / 3.3)
        self.assertAlmostEqual(epoll.found, 1.2 * 3.25 / 3.3)
        self.assertEqual((best.met, epoll.met), (True, False))

    def test_of_several_servers_that_were_measured_then_the_median_counts(self):
        # Then tomcat was at 25, jetty at 33 and ws at 62, uWebSockets at 11.3.
        results = Results([{"run": RUN}, *lines("G", "duplex", 10), *lines("G", "tomcat", 20), *lines("G", "jetty", 40),
                           *lines("G", "ws", 50)])
        goal = next(each for each in goals.goals(results) if each.what.startswith("G,"))
        self.assertAlmostEqual(goal.found, 10 / 50 * 62 / 11.3)

    def test_the_java_peer_is_the_cheapest_one_of_the_run(self):
        results = Results([{"run": RUN}, *lines("A-tls", "duplex", 5), *lines("A-tls", "jetty", 20), *lines("A-tls", "netty", 10),
                           *lines("A-tls", "ws", 1)])
        goal = next(each for each in goals.goals(results) if each.what.startswith("A-tls,"))
        self.assertEqual((goal.found, goal.met), (0.5, True))

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        self.assertEqual({goal.met for goal in goals.goals(Results([]))}, {None})
        self.assertIn("| G, beside uWebSockets | 1.00 | not measured |  |  |", report.wanted(Results([])))


class PageTest(unittest.TestCase):
    def test_only_the_marked_blocks_change(self):
        results = Results([{"run": RUN}, *lines("A", "duplex", 4)])
        self.assertEqual(report.filled("before\n<!-- bench: cost -->\nold\n<!-- end -->\nafter\n", results),
                         f"before\n<!-- bench: cost -->\n{report.costs(results)}<!-- end -->\nafter\n")

    def test_the_published_pages_are_what_their_results_say(self):
        docs = pathlib.Path(__file__).resolve().parents[2] / "docs"
        results = Results.read(docs / "performance" / "results.jsonl")
        pages = sorted(docs.glob("performance*.md"))
        self.assertEqual(len(pages), 2)
        for page in pages:
            self.assertIn("<!-- bench: goals -->", page.read_text())
            self.assertEqual(page.read_text(), report.filled(page.read_text(), results), page)
            grown = report.read_scaling(docs / "performance" / "scaling.jsonl")
            self.assertEqual(page.read_text(), report.filled_scaling(page.read_text(), grown), page)
        self.assertEqual((docs / "performance" / "plot.svg").read_text(), plot.draw(results))


class ScalingTest(unittest.TestCase):
    def test_the_tables_go_into_the_page_and_one_that_was_not_measured_again_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            docs, out = pathlib.Path(folder, "docs"), pathlib.Path(folder, "out")
            (docs / "performance").mkdir(parents=True)
            out.mkdir()
            (docs / "performance" / "scaling.jsonl").write_text(
                json.dumps({"table": "loops", "event loops": 2, "cpu_us": 3.0, "date": "before"}) + "\n")
            (docs / "performance.md").write_text(
                "<!-- scaling: topics -->\n<!-- end -->\n<!-- scaling: loops -->\n<!-- end -->\n")
            measured = [{"run": RUN}, {"table": "topics", "other topics": 10_000, "cpu_us": 1.234, "to_floor": 1.5}]
            (out / "topics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in measured))
            report.publish_scaling(out, docs)
            self.assertEqual((docs / "performance.md").read_text(),
                             "<!-- scaling: topics -->\n| other topics | µs | ratio to the floor |\n|---|---|---|\n"
                             "| 10,000 | 1.23 | 1.50 |\n\nMeasured 2026-01-02 03:04 UTC.\n<!-- end -->\n"
                             "<!-- scaling: loops -->\n| event loops | µs |\n|---|---|\n| 2 | 3.00 |\n\nMeasured before.\n"
                             "<!-- end -->\n")


class ProfileTest(unittest.TestCase):
    def kind(self, stack):
        return profile.kind(stack.split(";"))

    def test_a_system_call_is_told_by_the_function_that_makes_it(self):
        self.assertEqual(self.kind("[duplex-1-1 tid=7];java/lang/Thread.run;dev/duplex/transport/internal/Outbox.flush;"
                                   "io/netty/channel/unix/Socket.sendAddress;netty_unix_socket_sendAddress;__GI___send"), "send")
        self.assertEqual(self.kind("[duplex-1-1 tid=7];io/netty/channel/unix/Socket.recvAddress;recv;entry_SYSCALL_64_[k]"),
                         "receive")
        self.assertEqual(self.kind("[duplex-1-1 tid=7];io/netty/channel/epoll/Native.epollWait0;epoll_pwait2"), "wait")

    def test_other_work_is_that_of_the_last_frame_whose_work_is_known(self):
        self.assertEqual(self.kind("[duplex-1-1 tid=7];dev/duplex/server/internal/ServerSession.send;"
                                   "dev/duplex/core/FrameWriter.append;io/netty/buffer/AbstractByteBuf.writeBytes"), "codec")
        self.assertEqual(self.kind("[duplex-1-1 tid=7];io/netty/channel/epoll/EpollIoHandler.run;"
                                   "dev/duplex/server/internal/ServerSession.send"), "connection, session, handler")
        self.assertEqual(self.kind("[duplex-1-1 tid=7];io/netty/channel/epoll/EpollIoHandler.run"), "Netty and the JDK")

        self.assertEqual(self.kind("[duplex-1-1 tid=7];io/netty/handler/ssl/SslHandler.channelRead;dev/duplex/core/Masking.apply"),
                         "codec")
        self.assertEqual(self.kind("[duplex-1-1 tid=7];dev/duplex/transport/internal/Outbox.flush;"
                                   "io/netty/handler/ssl/SslHandler.wrap;sun/security/ssl/SSLEngineImpl.wrap;"
                                   "com/sun/crypto/provider/GHASH.update"), "TLS")

    def test_threads_of_the_jvm_are_told_apart(self):
        self.assertEqual(self.kind("[C2 CompilerThre tid=5];start_thread;send"), "other threads")


class MemoryTest(unittest.TestCase):
    def test_classes_belong_to_who_has_made_them_and_are_told_as_one_writes_them(self):
        self.assertEqual([memory.owner(name) for name in ("[Ldev.duplex.core.handshake.HttpFields$Field;", "io.netty.a.B", "[B")],
                         ["Duplex", "Netty", "the JDK"])
        self.assertEqual(memory.largest({"[Ldev.duplex.core.handshake.HttpFields$Field;": (1, 40.2), "[B": (2, 80.0)}),
                         "byte[] 80, Field[] 40")


class PlotTest(unittest.TestCase):
    def test_a_panel_has_a_bar_per_server_the_cheapest_first(self):
        results = Results([{"run": RUN}, *lines("A", "netty", 8), *lines("A", "floor", 1), *lines("A", "duplex", 2),
                           *lines("B", "netty", 8)])
        self.assertEqual(plot.panels(results),
                         [("A", SCENARIOS["A"].title, [("floor", 0.5), ("duplex", 1), ("netty", 4)])])

    def test_a_dearer_server_has_a_longer_bar_within_the_picture(self):
        results = Results([{"run": RUN}, *lines("A", "netty", 800), *lines("A", "floor", 1), *lines("A", "duplex", 2)])
        drawing = ElementTree.fromstring(plot.draw(results))
        widths = [float(bar.get("width")) for bar in drawing.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(widths, sorted(widths))
        self.assertEqual(len(set(widths)), 3)
        self.assertLess(widths[-1] + plot.LABEL, plot.WIDTH / plot.COLUMNS)


@unittest.skipUnless(shutil.which("taskset"), "taskset was not found; install util-linux")
class CommandTest(unittest.TestCase):
    def test_a_server_that_somebody_has_built_joins_the_others(self):
        options = parse(["--quick", "--server", "mine=/bin/mine --port {port}"])
        self.assertEqual([server.name for server in options.servers], ["floor", "duplex", "mine"])
        self.assertEqual(options.servers[-1].command(123, SCENARIOS["A"]), ["/bin/mine", "--port", "123"])

    def test_an_unknown_name_is_refused_with_those_that_there_are(self):
        with self.assertRaisesRegex(SystemExit, "no scenario X; there are: A, B"):
            parse(["--scenarios", "X"])
        with self.assertRaisesRegex(SystemExit, "no server nettie; there are: floor, floor-each, duplex"):
            parse(["--peers", "nettie"])

    def test_memory_is_a_slope_after_as_many_handshakes_as_are_measured(self):
        class Fake:
            server = Server("duplex", kind="java")
            handshakes = 0
            before_the_first_collection = 0

            def hold(self, steps, collect=True):
                if collect and not self.before_the_first_collection:
                    self.before_the_first_collection = self.handshakes
                self.handshakes += steps[-1]
                return [{"open": step, "rss": 1_000_000 + 1_000 * step, "heap": 5_000 + 1_400 * step} for step in steps]

        fake = Fake()
        slope = idle_slope(fake, (2_000, 10_000, 18_000))
        self.assertAlmostEqual(slope["outside_slope"], 1_000)
        self.assertAlmostEqual(slope["heap_slope"], 1_400)
        self.assertAlmostEqual(slope["rss_slope"], 2_400)  # the heap's pages were resident before, so it is added
        self.assertEqual(fake.before_the_first_collection, 16_000)
        self.assertEqual(fake.handshakes, 16_000 + 18_000)

    def test_what_is_resident_of_a_server_without_a_touched_heap_is_what_was_read(self):
        class Fake:
            server = Server("ws", kind="node")

            def hold(self, steps, collect=True):
                return [{"open": step, "rss": 6_000 * step, "heap": 4_000 * step} for step in steps]

        slope = idle_slope(Fake(), (2_000, 18_000))
        self.assertAlmostEqual(slope["rss_slope"], 6_000)
        self.assertIsNone(slope["outside_slope"])

    def test_only_one_of_those_who_share_a_lock_measures(self):
        with tempfile.NamedTemporaryFile() as lock, mock.patch.dict(os.environ, BENCH_LOCK=lock.name):
            with Turn():
                with open(lock.name) as other, self.assertRaises(BlockingIOError):
                    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(lock.name) as other:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_no_server_outlives_its_measurement(self):
        program = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); s.accept(); s.accept()"
        server = Server("sleeper", external=f'{sys.executable} -c "{program}" {{port}}')
        with tempfile.TemporaryDirectory() as logs:
            with Running(server, SCENARIOS["A"], Cores("0", "0"), logs) as running:
                self.assertIsNone(running.process.poll())
            self.assertEqual(running.process.poll(), -9)

    def test_a_warm_up_has_rounds_with_connections_of_their_own_and_tells_of_the_first(self):
        with mock.patch.object(Running, "drive", side_effect=[{"steady": True}, {}, {}]) as drive:
            self.assertEqual(Running.warm_up(object.__new__(Running), "4:15", 0.7), {"steady": True})
        self.assertEqual([call.args[0] for call in drive.call_args_list], ["4:15", 0.7, 0.7])

    def test_a_server_that_does_not_start_says_why(self):
        server = Server("broken", external="sh -c 'echo no port {port} >&2; exit 1'")
        with tempfile.TemporaryDirectory() as logs, self.assertRaisesRegex(Failure, "did not start: no port"):
            Running(server, SCENARIOS["A"], Cores("0", "0"), logs)


if __name__ == "__main__":
    unittest.main()
