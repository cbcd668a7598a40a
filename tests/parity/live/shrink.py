"""Makes a disagreement small: leaves parts out as long as both sides still disagree in the same way."""


def text_parts(text):
    """Ever finer ways of leaving a stretch out."""
    size = max(1, len(text) // 2)
    while True:
        for at in range(0, len(text), size):
            yield text[:at] + text[at + size:]
        if size == 1:
            return
        size //= 2


def shrink(case, smaller, disagree, rounds=60):
    """`smaller(case)` yields candidates, the boldest first; `disagree(cases)` says which of them still do."""
    for _ in range(rounds):
        candidates = []
        for candidate in smaller(case):
            candidates.append(candidate)
            if len(candidates) == 40:
                found = first(candidates, disagree)
                if found is not None:
                    break
                candidates = []
        else:
            found = first(candidates, disagree)
        if found is None:
            return case
        case = found
    return case


def first(candidates, disagree):
    if not candidates:
        return None
    for candidate, does in zip(candidates, disagree(candidates)):
        if does:
            return candidate
    return None
