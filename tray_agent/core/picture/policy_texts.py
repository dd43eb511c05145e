"""What a row asks for beyond its hours, said back as its columns would have it. Pure."""

from __future__ import annotations

from tray_agent.core.policies import NO_POLICIES, CatchUp, Limit, Policies, Retries, clock


def policy_texts(policies: Policies) -> list[str]:
    """Each policy that is not the default: "recuperar: última", "iniciar_ate: 17:30", "recurso: SAP"."""
    if policies == NO_POLICIES:
        return []
    told = {
        "recuperar": policies.catch_up.value if policies.catch_up is not CatchUp.ALL else "",
        "iniciar_ate": _limit(policies.start_by),
        "prazo": _limit(policies.deadline, "+"),
        "retentativas": _retries(policies.retries),
        "recurso": "; ".join(policies.resources),
        "depois_de": "; ".join(policies.after),
        "pc": "; ".join(policies.pcs),
        "argumentos": arguments_text(policies.arguments),
    }
    return [f"{name}: {text}" for name, text in told.items() if text]


def _limit(limit: Limit | None, sign: str = "") -> str:
    if limit is None:
        return ""
    if limit.minute is not None:
        return clock(limit.minute)
    return f"{sign}{limit.after_minutes} min"


def _retries(retries: Retries | None) -> str:
    if retries is None:
        return ""
    codes = f" ({', '.join(map(str, retries.codes))})" if retries.codes else ""
    return f"{retries.count} x {retries.wait_minutes} min{codes}"


def arguments_text(words: tuple[str, ...]) -> str:
    """Words of a command line as a cell has them: those with a blank, and empty ones, in quotes."""
    return " ".join(word if word and not any(map(str.isspace, word)) else f'"{word}"' for word in words)
