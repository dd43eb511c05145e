"""Results as a Markdown table, and its place in the README."""

from __future__ import annotations

from pathlib import Path

from benchmarks.setting import Json

_BEGIN, _END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def table(results: Json) -> str:
    """The results as people read them."""
    machine = results["machine"]
    lines = [
        f"{machine['cores']} cores, Python {machine['python']}, {machine['kernel']}; {results['form']} form.",
        "",
        "| | work | measured | to reach | floor in the same run |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in results["figures"]:
        bound = (
            "–" if each["to_reach"] is None else f"≤ {each['to_reach']:g}" + ("" if each["reached"] else " ✗")
        )
        value = f"{each['value']:.3g} {each['unit']}"
        lines.append(f"| {each['work']} | {each['what']} | {value} | {bound} | {each['floor']} |")
    return "\n".join(lines)


def put_into_readme(readme: Path, text: str) -> None:
    """Replace what lies between the markers. Raises ValueError without them."""
    content = readme.read_text(encoding="utf-8")
    before, begin, rest = content.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has no {_BEGIN} … {_END}")
    readme.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")
