"""The table that is printed at the end."""


class Table:
    def __init__(self):
        self.rows = []
        self.absent = []
        self.missed = False

    def add(self, figure, ours, other="", ratio=None, target="", good=None):
        """One figure. `good` says whether it meets `target`; None where there is none."""
        shown = "" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"
        verdict = {True: "ok", False: "MISSED", None: ""}[good]
        self.missed = self.missed or good is False
        self.rows.append((figure, ours, other, shown, target, verdict))

    def missing(self, figure, why):
        """What could not be measured."""
        self.absent.append(f"not measured: {figure}: {why}")

    def print(self):
        rows = [("figure", "ours", "other", "ratio", "target", "")] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(6)]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        for line in self.absent:
            print(line)
