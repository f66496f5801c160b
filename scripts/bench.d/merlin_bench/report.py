"""Measured figures: one per line beside its target, and a JSON document."""
import json
import statistics
import sys
import time

STARTED = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", file=sys.stderr, flush=True)


def quantile(samples, part):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class Report:
    def __init__(self):
        self.figures = []

    def add(self, what, samples, unit, at_most=None, at_least=None, note=""):
        """Median of `samples` (a number is one sample). A figure without a bound is for information."""
        samples = [float(one) for one in (samples if isinstance(samples, (list, tuple)) else [samples])]
        median = statistics.median(samples)
        met = None
        if at_most is not None or at_least is not None:
            met = (at_most is None or median <= at_most) and (at_least is None or median >= at_least)
        figure = {"what": what, "median": median, "min": min(samples), "max": max(samples), "runs": len(samples), "unit": unit,
                  "at_most": at_most, "at_least": at_least, "met": met, "note": note}
        self.figures.append(figure)
        say(line(figure))

    def print(self):
        print(f"{'FIGURE':<72} {'MEDIAN':>10} {'MIN':>10} {'MAX':>10} RUNS UNIT      TARGET")
        for figure in self.figures:
            print(line(figure))

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"figures": self.figures}, file, indent=1)
            file.write("\n")


def number(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def line(figure):
    target = ""
    if figure["met"] is not None:
        bound = f"<= {number(figure['at_most'])}" if figure["at_most"] is not None else f">= {number(figure['at_least'])}"
        target = f"{bound}: {'met' if figure['met'] else 'NOT MET'}"
    text = (f"{figure['what']:<72} {number(figure['median']):>10} {number(figure['min']):>10} {number(figure['max']):>10} "
            f"{figure['runs']:>4} {figure['unit']:<9} {target}")
    return text + (f"  ({figure['note']})" if figure["note"] else "")
