"""What will be done to whom and when: drawn from one seed before anything runs, so that a run can be repeated."""
import random
from dataclasses import dataclass

from .faults import KINDS

QUIET_S = 15  # results flow before the first fault
CALM_S = (8, 22)  # between two faults
AFTER_S = 32  # tables are equal that long after the last fault
SECOND_OF_THREE = 0.3  # how often a second fault comes while the first lasts


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
    """What a fault takes by itself before it lasts: several deaths, cuts or restarts."""
    return {"crash-loop": 8, "flap": 15, "rolling-restart": 5 * count}.get(step.word, 1)


def draw(seed, minutes, nodes, words):
    """[Step] by time. Two at once are on different nodes, and only one of them is in the network, as `lab heal` ends all cuts."""
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
