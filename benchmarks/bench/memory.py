"""What an idle connection keeps, object by object."""
from .measure import Running
from .scenarios import SCENARIOS

FEW = 2_000
MORE = 8_000
LARGEST = 4


def of_each(server, cores, logs):
    """Whose they are -> class -> live objects and their bytes for one idle connection; what several share is in none."""
    with Running(server, SCENARIOS["F"], cores, logs) as running:
        with running.crowd(FEW + MORE, "/echo"):
            pass  # so that what handshakes need besides their connections is there
        with running.crowd(FEW, "/echo"):
            before = running.histogram()
            with running.crowd(MORE, "/echo"):
                after = running.histogram()
    found = {"Duplex": {}, "Netty": {}, "the JDK": {}}
    for name, (count, size) in after.items():
        count_before, size_before = before.get(name, (0, 0))
        each = (count - count_before) / MORE
        if each > 0.5:
            found[owner(name)][name] = (round(each), (size - size_before) / MORE)
    return found


def owner(name):
    element = name.lstrip("[").removeprefix("L")
    return "Duplex" if element.startswith("dev.duplex.") else "Netty" if element.startswith("io.netty.") else "the JDK"


def size(classes):
    return round(sum(size for _, size in classes.values()))


def largest(classes):
    """The classes with the most bytes, in words."""
    return ", ".join(f"{short(name)} {size:.0f}" for name, (_, size) in sorted(classes.items(), key=lambda each: -each[1][1])[:LARGEST])


def short(name):
    """A class without its package: of an array as one writes it."""
    primitives = {"[B": "byte[]", "[I": "int[]", "[J": "long[]", "[C": "char[]"}
    plain = name.lstrip("[").removeprefix("L").removesuffix(";").rpartition(".")[2].rpartition("$")[2]
    return primitives.get(name, plain + "[]" * name.count("["))
