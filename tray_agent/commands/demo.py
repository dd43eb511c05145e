"""``tray-agent demo``: a small believable workspace and an agent on it, apart from everything real."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tray_agent.adapters.system import program
from tray_agent.adapters.system.console import complain
from tray_agent.adapters.system.os_faults import reason
from tray_agent.core.history.status import run_status
from tray_agent.core.model import Run
from tray_agent.core.picture.texts import duration
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot

REGISTRY = "registro_automacoes.xlsx"
_TOML = """\
# Espaço de demonstração do tray-agent: nada aqui toca em dados reais.
history = "local"
base_path = "automacoes"
data_dir = "dados"
temp_dir = "temp"
no_data_exit_code = 3
"""

# What may point at a team's real automations, and would have the demo run them.
_REAL = {"EXCEL_FILENAME"} | {
    f"TRAY_AGENT_{name}" for name in ("BASE_PATH", "EXCEL_FILENAME", "HISTORY", "TEMP_DIR")
}


@dataclass(frozen=True, slots=True)
class _Example:
    name: str
    area: str
    schedule: str
    body: str
    active: str = "sim"


_EXAMPLES = (
    _Example(
        "envia_arquivo_pix",
        "Mensageria",
        "ALL",
        """\
print("Conectando ao servidor de mensagens…")
time.sleep(1.5)
print("Arquivo PIX enviado: 1.284 lançamentos, R$ 3.914.220,57")
""",
    ),
    _Example(
        "carga_mensageria_spb",
        "Mensageria",
        "0, 8, 12, 18",
        """\
for lote in range(1, 9):
    print(f"Lote {lote} de 8: mensagens STR e PAG gravadas")
    time.sleep(1)
print("Concluído: atenção às mensagens não confirmadas")
""",
    ),
    _Example(
        "monitora_fila_str",
        "Mensageria",
        "0, 9, 11, 14, 16",
        """\
print("Fila do STR: 0 mensagens pendentes")
time.sleep(0.5)
""",
    ),
    _Example(
        "conciliacao_boletos_d0",
        "Conciliação",
        "0, 10, 13, 16",
        """\
print("Lendo boletos liquidados em D0…")
time.sleep(2)
print("Diferença encontrada no convênio 7731: R$ 12,90", file=sys.stderr)
raise ValueError("conciliação não fechou: 1 boleto sem baixa")
""",
    ),
    _Example(
        "baixa_extrato_str",
        "Conciliação",
        "0, 10, 16",
        """\
print("Nenhum extrato disponível ainda")
time.sleep(1)
sys.exit(3)  # NO_DATA neste espaço de demonstração
""",
    ),
    _Example(
        "extrai_posicao_custodia",
        "Conciliação",
        "0, 11, 17",
        """\
print("Extraindo a posição de custódia (demora um pouco)…")
for parte in range(1, 21):
    print(f"{parte * 5}% da posição extraída")
    time.sleep(1.5)
""",
    ),
    _Example(
        "relatorio_tarifas_diario_consolidado_operacoes",
        "Cadastro",
        "0; 8h; 20:00",
        """\
print("Relatório de tarifas: 38 páginas geradas")
time.sleep(3)
""",
    ),
    _Example(
        "atualiza_cadastro_participantes",
        "Cadastro",
        "0 7 19",
        """\
nomes = ["São João", "Mogi Guaçu", "Paranaguá", "Três Corações", "Içara"]
for nome in nomes:
    print(f"Participante atualizado: {nome} ✓")
    time.sleep(0.4)
""",
    ),
    _Example(
        "valida_certificados",
        "Cadastro",
        "ALL",
        """\
print("Certificados válidos: 14; o próximo vence em 41 dias")
time.sleep(0.3)
""",
    ),
    _Example(
        "reprocessa_devolucoes",
        "Cadastro",
        "MANUAL",
        """\
print("Modo:", os.environ.get("ENV_EXEC_MODE"))
time.sleep(4)
print("Devoluções reprocessadas: 17")
""",
    ),
)
_HEAD = '"""Automação de exemplo do tray-agent."""\n\nimport os\nimport sys\nimport time\n\n'


def make_workspace(folder: Path) -> None:
    """Write the workspace; what is already there stays. Imports openpyxl: not for the agent's process."""
    import openpyxl

    from tray_agent.adapters.registry.model_workbook import REGISTRY as REGISTRY_COLUMNS
    from tray_agent.adapters.registry.model_workbook import lay_out

    folder.mkdir(parents=True, exist_ok=True)
    for example in _EXAMPLES:
        script = folder / "automacoes" / example.area / example.name / "metodos" / f"{example.name}.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        _write_new(script, _HEAD + example.body)
    _write_new(folder / "tray_agent.toml", _TOML)
    registry = folder / REGISTRY
    if registry.exists():
        return
    book = openpyxl.Workbook()
    rows = [(each.name, each.area, each.schedule, each.active) for each in _EXAMPLES]
    rows.append(("carga_legada_descontinuada", "Cadastro", "ALL", "não"))
    book.worksheets[0].title = "registro"
    lay_out(book.worksheets[0], REGISTRY_COLUMNS[:4], rows)
    book.save(registry)


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8", newline="\n")


def make(folder: str) -> int:
    """The hidden mode that makes the workspace: the exit code, and one line where it cannot be made."""
    try:
        make_workspace(Path(folder))
    except OSError as error:
        complain(f"não foi possível criar a demonstração em {folder}: {reason(error)}")
        return 1
    return 0


def run_demo(folder: Path | None, *, headless: bool) -> int:
    """Make the workspace in a child process, say where it is, and run an agent on it."""
    from tray_agent.adapters.readers.children import run_to_end
    from tray_agent.adapters.system.places import find_places
    from tray_agent.start.foreground import start_agent

    place = (folder or Path(tempfile.mkdtemp(prefix="tray-agent-demo-"))).absolute()
    if _is_somebodys(place):
        complain(f"{place} não é uma pasta de demonstração; escolha com --dir uma pasta nova ou vazia")
        return 1
    made = run_to_end(program.command("--internal", "make-demo", str(place)), program.environment())
    if made not in {0, 1}:  # of 1 the child has told
        complain(f"não foi possível criar a demonstração em {place}")
    if made != 0:
        return 1
    try:
        settings = _settings(place)
    except ExceptionGroup as errors:
        complain("; ".join(map(str, errors.exceptions)))
        return 2
    with suppress(OSError):  # nobody reads
        _say_what_next(place)
    return start_agent(
        settings,
        find_places(place, settings),
        headless=headless,
        opens_dashboard=True,
        on_snapshot=Narrator(),
        again=["demo", "--dir", str(place), *(["--headless"] if headless else [])],
    )


def _settings(place: Path) -> Settings:
    """The demo's settings, whatever of the person's own the environment names. Raises ExceptionGroup."""
    from tray_agent.adapters.system.settings_file import load

    return load(place, {name: os.environ[name] for name in os.environ.keys() - _REAL})


def _is_somebodys(place: Path) -> bool:
    """Whether a folder holds settings, a registry or scripts that no demo put there: its agent would run what
    is real. A demo's own file may have been edited, as long as it stays within its folder."""
    from tray_agent.adapters.system.places import find_places
    from tray_agent.adapters.system.settings_file import FILE_NAME

    try:
        if not (place / FILE_NAME).exists():
            return (place / REGISTRY).exists() or (place / "automacoes").exists()
        settings = _settings(place)
    except ExceptionGroup:
        return False  # said when it is read for good
    except OSError:
        return False  # said when the workspace is made
    found = find_places(place, settings)
    own = (found.registry, found.base_path()[0]) if settings.base_path else ()
    return settings.history != "local" or not own or not all(_is_within(each, place) for each in own)


def _is_within(path: Path, folder: Path) -> bool:
    return Path(os.path.normpath(path)).is_relative_to(folder)


def _say_what_next(place: Path) -> None:
    quoted = f'"{place}"' if " " in str(place) else str(place)
    print(f"Demonstração em {place}")
    print("Em outro terminal, experimente:")
    for words in ("status", "run reprocessa_devolucoes", "logs extrai_posicao_custodia --follow", "quit"):
        print(f"  tray-agent --app-dir {quoted} {words}")
    print("Ctrl+C encerra o agente.", flush=True)


class Narrator:
    """Prints a line for each run that ended, from one snapshot to the next."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, snapshot: Snapshot) -> None:
        """Tell what is new. Called on the engine's thread."""
        for facts in snapshot.facts.values():
            for run in facts.runs:
                if run.id not in self._told:
                    self._told.add(run.id)
                    self._tell(run)

    def _tell(self, run: Run) -> None:
        took = duration(run.duration_seconds) if run.duration_seconds is not None else "?"
        status = run_status(run, no_data_exit_code=3)
        try:
            print(f"{run.ended:%H:%M:%S}  {run.name}  {status}  {took}", flush=True)
        except (OSError, ValueError):
            return  # nobody reads any more
