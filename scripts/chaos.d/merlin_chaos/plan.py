"""Which fault happens to which node and when: drawn from one seed before the run, so that a run can be repeated."""
import random
from dataclasses import dataclass

from .faults import KINDS

QUIET_S = 15  # with results, before the first fault
CALM_S = (8, 22)  # between two faults
AFTER_S = 32  # within this time after the last fault all tables are equal
SECOND_OF_THREE = 0.3  # probability of a second fault during the first


@dataclass(frozen=True)
class Step:
    word: str
    nodes: tuple
    at_s: float
    lasts_s: float

    @property
    def until_s(self):
        return self.at_s + self.lasts_s


def draw_step(random_, word, nodes, at_s):
    kind = KINDS[word]
    return Step(word, tuple(random_.sample(nodes, kind.targets)), round(at_s, 1), round(random_.uniform(*kind.lasts_s), 1))


def own_time_s(step, count):
    """The time that the fault itself takes before it lasts: several deaths, cuts or restarts."""
    return {"crash-loop": 8, "flap": 15, "rolling-restart": 5 * count}.get(step.word, 1)


def draw(seed, minutes, nodes, words):
    """[Step] by time. Simultaneous faults affect different nodes, and only one of them the network, as `lab heal` ends all cuts."""
    random_ = random.Random(seed)
    end_s = minutes * 60 - AFTER_S
    steps, now_s = [], QUIET_S
    while True:
        step = draw_step(random_, random_.choice(words), nodes, now_s)
        over_s = step.until_s + own_time_s(step, len(nodes))
        if over_s > end_s:
            return steps
        steps.append(step)
        others = [node for node in nodes if node not in step.nodes]
        fitting = [word for word in words if word != "rolling-restart" and KINDS[word].targets <= len(others)
                   and not (KINDS[word].network and KINDS[step.word].network)]
        if fitting and step.word != "rolling-restart" and random_.random() < SECOND_OF_THREE:
            second = draw_step(random_, random_.choice(fitting), others, now_s + random_.uniform(0.5, step.lasts_s))
            if second.until_s + own_time_s(second, len(nodes)) <= end_s:
                steps.append(second)
                over_s = max(over_s, second.until_s + own_time_s(second, len(nodes)))
        now_s = over_s + random_.uniform(*CALM_S)
